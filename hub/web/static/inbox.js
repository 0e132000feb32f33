// The inbox: asks every ten seconds what presses, and says so in the title, in the banner and, where it is switched on,
// by a sound. Nothing of a matter is kept in the browser: only whether the sound is on.
const EVERY_MS = 10_000;
const SOUND = "gridplus-sound";
const pressing = document.getElementById("pressing");
const sound = document.getElementById("sound");
const emergency = document.getElementById("emergency");
const title = document.title.replace(/^\(\d+\) /, "");
const before = { open: Number(pressing.dataset.open), new: Number(pressing.dataset.new), emergencies: Number(pressing.dataset.emergencies) };
let player = null;

function showSound() {
  const on = localStorage.getItem(SOUND) === "on";
  sound.setAttribute("aria-pressed", String(on));
  sound.textContent = on ? sound.dataset.on : sound.dataset.off;
}

function ring() {
  if (localStorage.getItem(SOUND) !== "on") return;
  player ??= new AudioContext();
  for (const [at, hertz] of [[0, 880], [0.25, 660], [0.5, 880]]) {
    const tone = new OscillatorNode(player, { frequency: hertz });
    const loud = new GainNode(player, { gain: 0.2 });
    tone.connect(loud).connect(player.destination);
    tone.start(player.currentTime + at);
    tone.stop(player.currentTime + at + 0.2);
  }
}

function tell(news) {
  for (const one of document.querySelectorAll("[data-news]")) one.textContent = news[one.dataset.news];
  emergency.hidden = news.emergencies === 0;
  document.title = news.emergencies ? `(${news.emergencies}) ${title}` : title;
  if (news.emergencies > before.emergencies) ring();
  if (news.open > before.open || news.new > before.new) document.getElementById("fresh").hidden = false;
  before.emergencies = news.emergencies;
}

async function ask() {
  try {
    const answer = await fetch("/inbox/news", { headers: { accept: "application/json" } });
    if (answer.status === 401) location.reload();
    if (answer.ok) tell(await answer.json());
  } catch {
    // the hub is away for a moment: it is asked again
  }
}

sound.addEventListener("click", () => {
  localStorage.setItem(SOUND, localStorage.getItem(SOUND) === "on" ? "off" : "on");
  showSound();
  ring();
});
const all = document.getElementById("all");
if (all && document.querySelector("input[name=whistle]")) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll("input[name=whistle]")];
    const on = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = on;
  });
}
showSound();
setInterval(ask, EVERY_MS);
