// Checks a record against the ledger in this browser: nothing is uploaded. The same rules as packages/verify, by WebCrypto.

const PREFIX = "xiezhi/commitment/v1\n";
const bytes = (text) => new TextEncoder().encode(text);
const join = (...parts) => {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) { out.set(p, at); at += p.length; }
  return out;
};
const sha256 = async (data) => new Uint8Array(await crypto.subtle.digest("SHA-256", data));
const hex = (data) => Array.from(data, (b) => b.toString(16).padStart(2, "0")).join("");
const same = (a, b) => a.length === b.length && a.every((v, i) => v === b[i]);

export class Wrong extends Error {
  constructor(kind) { super(kind); this.kind = kind; }
}

const unhex = (text) => {
  if (!/^([0-9a-f]{2})*$/.test(text)) throw new Wrong("unreadable");
  return Uint8Array.from(text.match(/../g) || [], (b) => parseInt(b, 16));
};

const base64 = (text) => {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw new Wrong("proof");
  const raw = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  if (btoa(String.fromCharCode(...raw)) !== text) throw new Wrong("proof");
  return raw;
};

const decimal = (text) => {
  if (!/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new Wrong("proof");
  return BigInt(text);
};

const leaf = (entry) => sha256(join([0], entry));
const node = (left, right) => sha256(join([1], left, right));

// RFC 9162 section 2.1.3.2
export async function included(index, size, hash, proof, root) {
  if (index >= size || [hash, root, ...proof].some((h) => h.length !== 32)) throw new Wrong("proof");
  let fn = index, sn = size - 1n, found = hash;
  for (const step of proof) {
    if (sn === 0n) throw new Wrong("proof");
    if (fn & 1n || fn === sn) {
      found = await node(step, found);
      while (fn !== 0n && !(fn & 1n)) { fn >>= 1n; sn >>= 1n; }
    } else {
      found = await node(found, step);
    }
    fn >>= 1n; sn >>= 1n;
  }
  if (sn !== 0n || !same(found, root)) throw new Wrong("proof");
}

async function readKey(text) {
  const [name, hint, ...rest] = text.split("+");
  const body = base64(rest.join("+"));
  const id = (await sha256(join(bytes(name + "\n"), body))).slice(0, 4);
  if (body.length !== 33 || hex(id) !== hint) throw new Wrong("note");
  return { name, id: hint, kind: body[0], key: await crypto.subtle.importKey("raw", body.slice(1), "Ed25519", false, ["verify"]) };
}

export async function readPolicy(text) {
  const policy = { logs: [], witnesses: {}, groups: {}, quorum: "none" };
  for (const line of text.split("\n")) {
    const [word, name, ...rest] = line.trim().split(/\s+/);
    if (word === "log") policy.logs.push(await readKey(name));
    else if (word === "witness") policy.witnesses[name] = await readKey(rest[0]);
    else if (word === "group") policy.groups[name] = { need: rest[0] === "all" ? rest.length - 1 : rest[0] === "any" ? 1 : Number(rest[0]), members: rest.slice(1) };
    else if (word === "quorum") policy.quorum = name;
  }
  return policy;
}

function enough(policy, name, seen) {
  if (name === "none") return true;
  if (name in policy.witnesses) return seen.has(name);
  const { need, members } = policy.groups[name];
  return members.filter((m) => enough(policy, m, seen)).length >= need;
}

export async function readPoint(note, policy) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0 || !note.endsWith("\n")) throw new Wrong("note");
  const text = bytes(note.slice(0, cut + 1));
  const [origin, size, root] = note.slice(0, cut).split("\n");
  const keys = [...policy.logs.map((k) => ["", k]), ...Object.entries(policy.witnesses)];
  let byLog = false;
  const seen = new Set(), done = new Set();
  for (const line of note.slice(cut + 2, -1).split("\n")) {
    const found = /^— (\S+) (\S+)$/.exec(line);
    const body = found ? base64(found[2]) : new Uint8Array();
    if (body.length < 5) throw new Wrong("note");
    const known = keys.find(([, k]) => k.name === found[1] && k.id === hex(body.slice(0, 4)));
    if (!known || done.has(known[1])) continue;
    done.add(known[1]);
    const [name, { kind, key }] = known;
    if (body.length !== (kind === 4 ? 76 : 68)) throw new Wrong("note");
    const time = kind === 4 ? new DataView(body.buffer, 4).getBigUint64(0) : 0n;
    const said = kind === 4 ? join(bytes(`cosignature/v1\ntime ${time}\n`), text) : text;
    if (!(await crypto.subtle.verify("Ed25519", key, body.slice(kind === 4 ? 12 : 4), said))) throw new Wrong("note");
    if (name) seen.add(name);
    else if (found[1] === origin) byLog = true;
  }
  if (!byLog) throw new Wrong("note");
  if (!enough(policy, policy.quorum, seen)) throw new Wrong("quorum");
  return { origin, size: decimal(size), root: base64(root) };
}

export async function check(raw, policy, paper) {
  let record;
  try {
    record = JSON.parse(raw);
  } catch {
    throw new Wrong("unreadable");
  }
  if (record?.format !== "xiezhi-record/1" || typeof record.text !== "string" || typeof record.salt !== "string") throw new Wrong("unreadable");
  const salt = unhex(record.salt);
  const entry = join([1], await sha256(join(bytes(PREFIX + record.kind + "\n"), salt, bytes(record.text))));
  if (paper) {
    let named = "";
    try { named = JSON.parse(record.text).sha256; } catch { /* a text that is no JSON names no file */ }
    if (hex(await sha256(paper)) !== named) throw new Wrong("hash");
  }
  if (!record.proof) return null;
  const cut = record.proof.indexOf("\n\n");
  const lines = record.proof.slice(0, cut).split("\n");
  if (lines.shift() !== "c2sp.org/tlog-proof@v1") throw new Wrong("proof");
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = decimal((lines.shift() || "").replace(/^index /, ""));
  const point = await readPoint(record.proof.slice(cut + 2), policy);
  await included(index, point.size, await leaf(entry), lines.map(base64), point.root);
  return index;
}

function wire(area) {
  const result = area.querySelector("[data-result]");
  const words = document.querySelector("[data-words]").dataset;
  const show = (good, ...lines) => {
    result.className = `xz-note${good ? " xz-note--good" : " xz-note--warn"}`;
    result.replaceChildren(...lines.filter(Boolean).map((line) => Object.assign(document.createElement("p"), { textContent: line })));
    result.hidden = false;
  };
  const run = async () => {
    const [record] = area.querySelector("[data-record]").files;
    const [paper] = area.querySelector("[data-paper]").files;
    if (!record) return;
    if (!globalThis.crypto?.subtle) return show(false, words.old); // an old browser, or a page without encryption
    try {
      const policy = await readPolicy(document.getElementById(area.dataset.policy).textContent);
      const index = await check(await record.text(), policy, paper && new Uint8Array(await paper.arrayBuffer()));
      if (index === null) show(false, words.waiting);
      else show(true, words.good, words.index.replace("%n", index), paper && words.paper);
    } catch (error) {
      if (error instanceof Wrong) show(false, `${words.bad}：${words[error.kind] || error.kind}`, words.todo);
      else if (error.name === "NotSupportedError") show(false, words.old);
      else show(false, `${words.bad}：${words.unreadable}`, words.todo);
    }
  };
  for (const input of area.querySelectorAll("input")) input.addEventListener("change", run);
}

if (typeof document !== "undefined") for (const area of document.querySelectorAll("[data-ledger]")) wire(area);
