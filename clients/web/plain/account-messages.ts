/** The words of the pages that links in messages open, in Portuguese first. */
export interface AccountMessages {
  readonly language: string;
  readonly confirmTitle: string;
  readonly confirmText: string;
  readonly confirm: string;
  readonly confirmed: string;
  readonly resetTitle: string;
  readonly welcomeTitle: string;
  readonly welcomeText: string;
  readonly password: string;
  readonly passwordWrong: string;
  readonly passwordHint: string;
  readonly setPassword: string;
  readonly passwordSet: string;
  readonly working: string;
  readonly done: string;
  readonly toTheShop: string;
  readonly linkIncomplete: string;
  readonly linkOver: string;
  readonly tooOften: string;
  readonly noConnection: string;
}

const ptBR: AccountMessages = {
  language: 'pt-BR',
  confirmTitle: 'Confirmar seu e-mail',
  confirmText: 'Digite a senha que você escolheu ao criar a conta. É só isso, e ela fica pronta.',
  confirm: 'Confirmar meu e-mail',
  confirmed: 'Seu e-mail está confirmado. Boa sessão!',
  resetTitle: 'Nova senha',
  welcomeTitle: 'Boas-vindas à equipe',
  welcomeText: 'Escolha a senha com que você vai entrar.',
  password: 'Senha',
  passwordWrong:
    'Esta não é a senha com que a conta foi criada. Tente de novo: o link continua valendo. Se não foi você quem a criou, ignore a mensagem, ou peça uma senha nova.',
  passwordHint: 'Pelo menos 10 caracteres. Uma frase curta é fácil de lembrar.',
  setPassword: 'Salvar a senha',
  passwordSet: 'Sua senha foi salva. Por segurança, saímos da sua conta em todos os aparelhos: entre de novo.',
  working: 'Um instante…',
  done: 'Pronto',
  toTheShop: 'Ver o que está em cartaz',
  linkIncomplete: 'O endereço está incompleto. Abra de novo o link da mensagem, ou copie-o inteiro.',
  linkOver: 'Este link não vale mais: já foi usado, ou passou do prazo. Nada mudou. Peça um novo.',
  tooOften: 'Foram muitas tentativas. Espere alguns minutos e tente de novo.',
  noConnection: 'Não conseguimos falar com o servidor. Nada mudou. Tente de novo.',
};

const en: AccountMessages = {
  language: 'en',
  confirmTitle: 'Confirm your e-mail',
  confirmText: 'Type the password that you chose when you opened the account. That is all, and it is ready.',
  confirm: 'Confirm my e-mail',
  confirmed: 'Your e-mail is confirmed. Enjoy the show!',
  resetTitle: 'New password',
  welcomeTitle: 'Welcome to the team',
  welcomeText: 'Choose the password that you will sign in with.',
  password: 'Password',
  passwordWrong:
    'This is not the password that the account was opened with. Try again: the link is still good. If it was not you who opened it, ignore the message, or ask for a new password.',
  passwordHint: 'At least 10 characters. A short sentence is easy to remember.',
  setPassword: 'Save the password',
  passwordSet: 'Your password is saved. To be safe you were signed out everywhere: sign in again.',
  working: 'One moment…',
  done: 'Done',
  toTheShop: 'See what is on',
  linkIncomplete: 'The address is incomplete. Open the link of the message again, or copy all of it.',
  linkOver:
    'This link is not valid any more: it was used already, or its time is over. Nothing changed. Ask for a new one.',
  tooOften: 'Too many attempts. Wait some minutes and try again.',
  noConnection: 'The server could not be reached. Nothing changed. Try again.',
};

/** The first language of the visitor's list that we speak; Portuguese when there is none. */
export function accountMessagesFor(languages: readonly string[]): AccountMessages {
  for (const language of languages) {
    if (/^pt\b/i.test(language)) return ptBR;
    if (/^en\b/i.test(language)) return en;
  }
  return ptBR;
}
