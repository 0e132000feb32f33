// One live stream a browser: the tab that holds the lock listens, the others hear it from there.
const AGAIN_MS = 3000;

/** Calls `onNews(number, news)` for all that the map's stream says, and `onState("live" | "offline")`; `after()`: the
 * number of the last news that this tab has. */
export function listen({ account, after, onNews, onState }) {
  const name = `map ${account}`;
  const channel = new BroadcastChannel(name);
  let state = "offline";
  let leads = false;
  const hear = (said) => (said.state ? onState(said.state) : onNews(said.number, said.news));
  const tell = (said) => {
    channel.postMessage(said);
    hear(said);
  };
  channel.onmessage = ({ data }) => {
    if (data.ask) {
      if (leads) channel.postMessage({ state });
    } else hear(data);
  };
  let source = null;
  const open = () => {
    source?.close();
    source = new EventSource(`/map/stream?after=${encodeURIComponent(after())}`);
    source.onopen = () => tell({ state: (state = "live") });
    source.onmessage = ({ lastEventId, data }) => tell({ number: lastEventId, news: JSON.parse(data) });
    source.onerror = () => {
      tell({ state: (state = "offline") });
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN_MS);
    };
  };
  // a machine that knows that it has no network does not wait until the stream finds out
  addEventListener("offline", () => leads && (source?.close(), tell({ state: (state = "offline") })));
  addEventListener("online", () => leads && open());
  const lead = () => {
    leads = true;
    open();
    return new Promise(() => {}); // until this tab is closed
  };
  if (navigator.locks) navigator.locks.request(name, lead);
  else lead();
  channel.postMessage({ ask: true });
}
