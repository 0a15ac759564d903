// The page: takes an image, asks the service, and shows its answer. Nothing is loaded from elsewhere.

const element = id => document.getElementById(id);
const percent = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
let model = null;
let asked = 0; // the latest question; answers to earlier ones are dropped

// Chosen, photographed, dropped, pasted.
for (const [button, input] of [["choose", "file"], ["take", "camera"]]) {
  element(button).addEventListener("click", () => element(input).click());
  element(input).addEventListener("change", event => {
    ask(event.target.files);
    event.target.value = ""; // so that the same file can be chosen again
  });
}
const drop = element("drop");
const over = isOver => drop.classList.toggle("over", isOver);
addEventListener("dragover", event => {
  event.preventDefault();
  over(true);
});
addEventListener("dragleave", event => {
  if (event.relatedTarget === null)
    over(false);
});
addEventListener("drop", event => {
  event.preventDefault();
  over(false);
  ask(event.dataTransfer.files);
});
addEventListener("paste", event => ask(event.clipboardData.files));

showModel();

async function showModel() {
  const response = await call("/model");
  if (!response.ok)
    return;
  model = response.body;
  const names = model.classes.toSorted(new Intl.Collator(undefined, { numeric: true }).compare);
  const shown = names.length > 12 ? `${names.slice(0, 12).join(", ")}, …` : names.join(", ");
  element("model").textContent = `${model.network} tells ${names.length} classes apart: ${shown}`;
  element("examples").hidden = model.examples.length === 0;
  element("examples").querySelector("ul").replaceChildren(...model.examples.map(address => {
    const name = address.split("/").pop();
    const image = document.createElement("img");
    image.src = address;
    image.alt = "";
    const button = document.createElement("button");
    button.type = "button";
    button.setAttribute("aria-label", `Example ${name}`);
    button.append(image);
    button.addEventListener("click", async () => {
      const file = await fetch(address);
      ask([new File([await file.blob()], name, { type: "image/png" })]);
    });
    const item = document.createElement("li");
    item.append(button);
    return item;
  }));
}

async function ask(files) {
  if (files.length === 0)
    return;
  const file = files[0];
  const question = ++asked;
  showError(files.length > 1 ? `${files.length} files were given; the first is looked at.` : null);
  if (model !== null && file.size > model.maximumBytes) {
    hideResult();
    showError(`The file is too large: ${megabytes(file.size)} of at most ${megabytes(model.maximumBytes)}.`);
    return;
  }
  showImage(file);
  element("status").textContent = "The image is being looked at.";
  const form = new FormData();
  form.append("image", file, file.name);
  const answer = await call("/predict", { method: "POST", body: form });
  if (question !== asked)
    return;
  element("result").setAttribute("aria-busy", "false");
  if (answer.ok) {
    showClasses(answer.body);
  } else {
    hideResult();
    showError(answer.problem);
  }
}

// An answer, or the problem as a sentence.
async function call(address, request) {
  let response;
  try {
    response = await fetch(address, request);
  } catch {
    return { ok: false, problem: "The service cannot be reached. Is it running?" };
  }
  try {
    const body = await response.json();
    return response.ok ? { ok: true, body } : { ok: false, problem: sentence(body, response) };
  } catch {
    return { ok: false, problem: `The service answered ${response.status}.` };
  }
}

// RFC 9457: the title says what kind of problem it is, the detail what was wrong this time.
function sentence(problem, response) {
  const wait = response.headers.get("Retry-After");
  return [problem.title, problem.detail, wait === null ? "" : `Try again in ${wait} s.`].filter(part => part).join(" ");
}

function showImage(file) {
  const image = element("image");
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(file);
  image.alt = `The image that was given: ${file.name}`;
  image.onload = () => image.classList.toggle("small", image.naturalWidth < 100);
  element("name").textContent = file.name;
  element("result").hidden = false;
  element("result").setAttribute("aria-busy", "true");
}

function showClasses(answer) {
  const best = answer.classes[0];
  element("result-title").textContent = answer.label ?? "I do not know";
  element("classes").replaceChildren(...answer.classes.map(({ label, probability }) => {
    const item = document.createElement("li");
    const bar = part("bar", "");
    const fill = document.createElement("span");
    fill.style.width = `${probability * 100}%`;
    bar.append(fill);
    bar.setAttribute("aria-hidden", "true"); // the number says it
    item.append(part("label", label), part("share", percent.format(probability)), bar);
    return item;
  }));
  element("status").textContent = answer.label === null
    ? `No class is probable enough. The most probable one is ${best.label}, ${percent.format(best.probability)}.`
    : `The answer is ${answer.label}, ${percent.format(best.probability)}.`;
  element("result").scrollIntoView({ block: "nearest" });
}

function part(name, text) {
  const made = document.createElement("div");
  made.className = name;
  made.textContent = text;
  return made;
}

function hideResult() {
  element("result").hidden = true;
  element("status").textContent = "";
}

function showError(text) {
  element("error").textContent = text ?? "";
  element("error").hidden = text === null;
}

function megabytes(bytes) {
  return `${(bytes / 1048576).toLocaleString(undefined, { maximumFractionDigits: 1 })} MB`;
}
