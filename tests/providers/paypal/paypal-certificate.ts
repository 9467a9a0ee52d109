/**
 * The key and the certificate with which the stand-in signs its webhooks. A TEST KEY, made for this file with
 * `openssl req -x509 -newkey rsa:2048 -nodes -days 36500`, published with the sources and worth nothing: node:crypto can sign
 * but makes no certificates, and writing DER by hand would be more to trust than a fixture. A second pair, unknown to the
 * certificate's address, is made at need for forged signatures.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';

/** Valid until 2126. CN=messageverificationcerts.paypal.stand-in */
export const CERTIFICATE_PEM = `
-----BEGIN CERTIFICATE-----
MIIDezCCAmOgAwIBAgIULcoJoMFoPVBcOwV6DKxZcfOFExQwDQYJKoZIhvcNAQEL
BQAwTDEXMBUGA1UECgwOUG9sdHJvbmEgdGVzdHMxMTAvBgNVBAMMKG1lc3NhZ2V2
ZXJpZmljYXRpb25jZXJ0cy5wYXlwYWwuc3RhbmQtaW4wIBcNMjYxMTI1MTYzNjAx
WhgPMjEyNjExMDExNjM2MDFaMEwxFzAVBgNVBAoMDlBvbHRyb25hIHRlc3RzMTEw
LwYDVQQDDChtZXNzYWdldmVyaWZpY2F0aW9uY2VydHMucGF5cGFsLnN0YW5kLWlu
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqyycw7y2dIHq89hEYeDi
ORmSODFiqc/KEmVq+zwkfpZVD/yNBo7dYoC01YYZ+gDuAb6yo9dJ016VArXHXyBv
kF/rltTRS3d58B15SvYC13adx8bg+ulqLGfBXFbHJRF8zsPKhur7BWWVKUWMcsfo
NACIU+4IZPmkyXBlGfPkdOISvcymQ5BCy6roFEkztHmLMtWpdP07OJUpggTegIuh
N7b6y2oxHjUM2Jx0JtsVYOMCNP8EqvbCfQvBK9u8MOPjmalY4kyZD9f0BTbTlOJA
4xu7SR5t/aZNREwAC2Uv9gEmgycevHMhwCUxZxKzoAF1uSJefwLv/EHq19TSz1ED
8QIDAQABo1MwUTAdBgNVHQ4EFgQUAJyzqQbi2nFrtOQg9CQCvV0jhCkwHwYDVR0j
BBgwFoAUAJyzqQbi2nFrtOQg9CQCvV0jhCkwDwYDVR0TAQH/BAUwAwEB/zANBgkq
hkiG9w0BAQsFAAOCAQEABdImx1Erhw0VtgnqlBdJCXEhWROkrmflkNad7Jis2R/n
F0/ioQ0IfyFLMa7rg+C0OtWdREVEr22z28dvnTTsWMIDrQZDgmbXfMD+UK86cZIw
uOikT38mYjTSEzeDAIvciJezPlM9EvFflMrWrZLK7tamaV8gi7zCVguVi09AhI6t
KMoMUBJoS6DME0GoyZ9+OUTbRMJgskdtFRTrSu2qz/FaqnLva0wGuyFWAHxT0IV9
CwlCodRhFlw15/X1yXH9lHPyZdJihc0nBvb9S+JqXXcIEsVY4Dx5xT1lwcFCYR/V
rvcvJraNQGCfMU2BZuaTD6SkPVM2RPEorPTeFirRXQ==
-----END CERTIFICATE-----
`.trimStart();

const TEST_KEY_PEM = `
-----BEGIN PRIVATE KEY-----
MIIEvAIBADANBgkqhkiG9w0BAQEFAASCBKYwggSiAgEAAoIBAQCrLJzDvLZ0gerz
2ERh4OI5GZI4MWKpz8oSZWr7PCR+llUP/I0Gjt1igLTVhhn6AO4BvrKj10nTXpUC
tcdfIG+QX+uW1NFLd3nwHXlK9gLXdp3HxuD66WosZ8FcVsclEXzOw8qG6vsFZZUp
RYxyx+g0AIhT7ghk+aTJcGUZ8+R04hK9zKZDkELLqugUSTO0eYsy1al0/Ts4lSmC
BN6Ai6E3tvrLajEeNQzYnHQm2xVg4wI0/wSq9sJ9C8Er27ww4+OZqVjiTJkP1/QF
NtOU4kDjG7tJHm39pk1ETAALZS/2ASaDJx68cyHAJTFnErOgAXW5Il5/Au/8QerX
1NLPUQPxAgMBAAECggEADSyd1CLOGCF3p9TZTn80ahihvFlwsokfkFLl7PgwBt4j
JdvWLs8IEvC8+kIb9bXkm5XFwf5r3CzHYzICajvg2kfHphAzG4/SfryF/VL53QNw
GVQhNK6KUWia5TR4l03FQVSoXcHwF/Y9iLOln5/rKzVvSKZlVwAvwqE35stypdww
Jc6ecvbcZl7+oRjgyEp6f3vRRej3Tnrr6SuW4qIJsOEBE92RsGJIWuxr4MTm9LQA
8af+Gqz3XjrT0Jpu0WDQntLUdKoFGFPrk+e7si+CUN4sT8MD6idfaJtgmywhuHXg
oOKiIlqTrrB6vnvCSp34qqP6kRPqsS7ZFvfHwe2mwQKBgQDkCF9ECW1EMi9L0s0R
a6fd1/IJxhjofDy3P40G8V8oJFiL6oJ+cBrZz2PUy2M+STvAg9YJ76DLz16sDcaO
s1GUuyw01tNJXkJV2wCjoRtr5OJxFjFRXAicO16knvMdqnZXfaK3LaNbr2F5er3A
PZrtT58QXwjbA21GS4zc6PijVQKBgQDAKwjhB7kNw1WYmM5CTR6uRUCQxofj6yDm
/Nwgu/4rYGCRJMe+9vxRoT0mTQO6/rxJUoIdT8kr6KQ/x3wiiZFlBBMAVxJ/SF83
CvuJYkGhNJtJFe3wuJe5j/4lSukx72T+LvgsBlm4MkDnrxkFvO5int9pemUU6oqh
aR2YbUcWLQKBgDHuG138am56RpzlpX1hAzqyJA87zwxo16qQQcL5awqRGspYKQai
aV6z6HoZprtmsayvsVgvnhfCakpmIcnxPbXBXiabu1vfRcsizvsFNcnkLijw4Q+d
hU0gOtL08urV/l+d5NkTJyfWOROuaooDcz7vJjcheADsuSqhNFDSuk6ZAoGAZ/Gf
LuFXhotG7HCS+KfwVYFeCDFq5ayUMn1JsGcfd2T9NuU3KiM8ngbiJap4vxf0zpBT
kvlKLnb7CQilK6VPwN0wTfnLJpAF+Kb3IfvE1ia3bBPxjUi7wQKTDKb1di4waZEM
afvRYeHE280JcuIb67pVzB8JOAQZkm9iM8XAMs0CgYBgiM75wNE6EwAcQrO9CrkE
2Vt43eF7e98Ezom6VZEx2WwlWNQyrfTlp3tgdThSibW85c3Vo+MxfSlDbzvifISu
D5YxbPzWMmjATQmemPyfk3Jsyg6ZWc+xDyFD4y6+ws8ZUkJGMKDIqIwOgrb8ZC8v
49pFth9r3bTxVwIcymNZhQ==
-----END PRIVATE KEY-----
`.trimStart();

export const SIGNING_KEY: KeyObject = createPrivateKey(TEST_KEY_PEM);

let foreign: KeyObject | null = null;

/** A key that is not the certificate's: what a forger has. */
export function foreignKey(): KeyObject {
  foreign ??= generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  return foreign;
}
