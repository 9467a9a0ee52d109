/**
 * Why the server said no, by outcome code: what happened, what did not, what to do now. `labels`: the seats that are the reason,
 * joined ("F5 e F6"), empty when there are none; `n`: how many they are.
 */
import { OutcomeCode } from '../../../sdk/index.ts';

export const roomRefusalsPt = {
  other: (code: number) => `O pedido não foi aceito (código ${code}). Nada mudou e nada foi cobrado. Tente de novo.`,
  of: {
    [OutcomeCode.badRequest]: () =>
      'A página fez um pedido que o servidor não entendeu. Nada mudou: recarregue a página.',
    [OutcomeCode.forbidden]: () => 'Você não pode fazer isso com esta conta. Nada mudou.',
    [OutcomeCode.rateLimited]: () => 'Muitos pedidos em pouco tempo. Nada mudou: espere um instante e toque de novo.',
    [OutcomeCode.unknownScreening]: () => 'Esta sessão não existe mais. Nada foi cobrado: escolha outro horário.',
    [OutcomeCode.busy]: () => 'Há muita gente escolhendo agora. Nada mudou: toque de novo.',
    [OutcomeCode.unavailable]: () => 'O servidor está se recompondo. Nada mudou: toque de novo em instantes.',
    [OutcomeCode.expired]: () => 'O pedido demorou demais e não foi feito. Toque de novo.',
    [OutcomeCode.failed]: () => 'O servidor não conseguiu atender. Nada foi reservado nem cobrado: toque de novo.',
    [OutcomeCode.requestIdReused]: () => 'O pedido se misturou com outro e não foi feito. Toque de novo.',
    [OutcomeCode.salesClosed]: () => 'As vendas desta sessão estão encerradas. Nada foi cobrado: veja outros horários.',
    [OutcomeCode.noSeats]: () => 'Nenhuma poltrona foi escolhida. Toque em uma poltrona livre.',
    [OutcomeCode.seatUnknown]: () => 'A sala mudou de disposição. Nada foi cobrado: escolha no mapa novo.',
    [OutcomeCode.seatRepeated]: () => 'A mesma poltrona foi pedida duas vezes. Nada mudou: toque de novo.',
    [OutcomeCode.holdUnknown]: () => 'Sua reserva já tinha terminado. Nada foi cobrado: escolha de novo.',
    [OutcomeCode.holdNotYours]: () => 'Esta reserva é de outra pessoa. Nada mudou: escolha outras poltronas.',
    [OutcomeCode.holdExpired]: () => 'O tempo acabou. Nada foi cobrado: escolha de novo.',
    [OutcomeCode.holdPaying]: () => 'O pagamento destas poltronas já começou. Espere o resultado.',
    [OutcomeCode.extensionsUsedUp]: () => 'Você já ganhou mais tempo uma vez. Continue para não perder as poltronas.',
    [OutcomeCode.buyerLimit]: () =>
      'Passou do máximo de poltronas por pessoa. As suas continuam suas: devolva uma para trocar.',
    [OutcomeCode.seatSold]: (labels: string, n: number) =>
      `${labels} ${n === 1 ? 'acabou de ser vendida' : 'acabaram de ser vendidas'} para outra pessoa.`,
    [OutcomeCode.seatBlocked]: (labels: string, n: number) =>
      `${labels} não ${n === 1 ? 'está' : 'estão'} à venda. Escolha outra.`,
    [OutcomeCode.seatHeld]: (labels: string) => `Alguém pegou ${labels} um instante antes de você.`,
    [OutcomeCode.seatNotInHold]: (labels: string, n: number) =>
      `${labels} já não ${n === 1 ? 'era sua' : 'eram suas'}. O mapa está em dia.`,
    [OutcomeCode.noAdjacentSeats]: () =>
      'Não há tantas poltronas livres lado a lado. Tente com menos, ou escolha separadas no mapa.',
  } as Readonly<Record<number, (labels: string, n: number) => string>>,
};
export type RoomRefusals = typeof roomRefusalsPt;
