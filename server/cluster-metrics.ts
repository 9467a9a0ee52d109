/** The figures of a node among others, in Prometheus's form: its lease and shards, its line to the others, the event stream. */
import type { RelayLag } from '../workers/cluster/event-relay.ts';
import type { MembershipState } from '../workers/cluster/membership.ts';
import type { NatsBusCounts } from '../workers/cluster/nats-bus-ports.ts';
import { counter, gauge, type Metric } from './metrics.ts';

/** `nowMs`: the monotonic clock. */
export function membershipMetrics(state: MembershipState, nowMs: number): Metric[] {
  const leaseSeconds = Math.max(0, (state.leaseValidUntilMs - nowMs) / 1000);
  return [
    gauge('cluster_nodes', 'Nodes that are alive, as this one sees it.', state.nodes, 'max'),
    gauge('cluster_shards_owned', 'Shards of this node, of 256.', state.owned, 'max'),
    gauge('cluster_shards_orphaned', 'Shards that nobody is known to own.', state.orphaned, 'max'),
    gauge('cluster_lease_seconds', 'How long this node may serve without another renewal.', leaseSeconds, 'max'),
  ];
}

/** How far the event stream is behind the journal. */
export function relayMetrics({ rows, oldestSeconds, isRelaying, published }: RelayLag): Metric[] {
  return [
    gauge('events_waiting_commits', 'Commits whose facts are not in the event stream yet.', rows, 'max'),
    gauge('events_lag_seconds', 'Age of the oldest of them.', oldestSeconds, 'max'),
    gauge('events_is_relaying', 'Whether this node fills the event stream.', isRelaying ? 1 : 0, 'max'),
    counter('events_published_total', 'Facts that this node has published.', published, 'max'),
  ];
}

/** Of one thread's line to other nodes. */
export function busMetrics(counts: NatsBusCounts, commandsUnderWay: number): Metric[] {
  return [
    gauge('bus_commands_under_way', 'Commands sent to other nodes and not answered yet.', commandsUnderWay),
    counter('bus_commands_out_total', 'Commands sent to other nodes.', counts.commandsOut),
    counter('bus_commands_in_total', 'Commands of other nodes.', counts.commandsIn),
    counter('bus_messages_out_total', 'NATS messages sent.', counts.messagesOut),
    counter('bus_messages_in_total', 'NATS messages received.', counts.messagesIn),
    counter('bus_bytes_out_total', 'Their bytes.', counts.bytesOut),
    counter('bus_bytes_in_total', 'Their bytes.', counts.bytesIn),
    counter('bus_unavailable_total', 'Commands that could not be brought to their owner.', counts.unavailable),
    counter('bus_expired_total', 'Commands of other nodes that came too late.', counts.expired),
    counter('bus_no_responders_total', 'Messages that nobody listened for.', counts.noResponders),
    counter('bus_unreadable_total', 'Messages that could not be read.', counts.unreadable),
    counter('bus_gaps_total', 'Seat changes that did not follow on what was known.', counts.gaps),
  ];
}
