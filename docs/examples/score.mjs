// Score rows with an isthmus model file, without Python.
//
//   node score.mjs detector.onnx rows.json
//
// rows.json is a list of rows, each a list of numbers in the order of the model's columns; null is
// a missing cell. Needs Node 18 or later and the package onnxruntime-node.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

// `require` rather than `import`, because it also looks in NODE_PATH.
const ort = createRequire(import.meta.url)("onnxruntime-node");

const FORMAT = 1;
const FEWEST_ROWS = 4;
const TRAILER_SIZE = 84;

// The last entry of the file: field 14, key "isthmus.sha256", value 64 hex digits.
function trailer(digest) {
  return Buffer.from(`\x72\x52\x0a\x0eisthmus.sha256\x12\x40${digest}`, "latin1");
}

function checkDigest(file) {
  const body = file.subarray(0, Math.max(0, file.length - TRAILER_SIZE));
  const digest = createHash("sha256").update(body).digest("hex");
  if (!trailer(digest).equals(file.subarray(body.length))) {
    throw new Error("not an isthmus model file, or changed since it was written");
  }
}

// Yields [field number, value] for each field of a protobuf message.
function* fields(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new Error("a number reaches beyond the end");
  };
  while (at < bytes.length) {
    const key = varint();
    const number = Math.floor(key / 8);
    if (key % 8 === 0) {
      yield [number, varint()];
    } else if (key % 8 === 2) {
      const length = varint();
      yield [number, bytes.subarray(at, (at += length))];
    } else {
      throw new Error(`field ${number} has a wire type that model files do not use here`);
    }
  }
}

function readManifest(file) {
  for (const [number, entry] of fields(file)) {
    if (number !== 14) continue;
    const { 1: key, 2: value } = Object.fromEntries(fields(entry));
    if (key.toString() === "isthmus.manifest") return JSON.parse(value.toString());
  }
  throw new Error("the model file has no manifest");
}

async function anomalyScores(file, manifest, rows) {
  const columns = manifest.row_schema.columns.length;
  if (rows.some((row) => row.length !== columns)) {
    throw new Error(`every row needs ${columns} cells`);
  }
  const [type, Numbers] =
    manifest.row_schema.kind === "signal" ? ["float32", Float32Array] : ["float64", Float64Array];
  const padded = Math.max(rows.length, FEWEST_ROWS);
  const cells = new Numbers(padded * columns);
  cells.set(rows.flat().map((cell) => cell ?? NaN));
  const session = await ort.InferenceSession.create(file);
  const input = new ort.Tensor(type, cells, [padded, columns]);
  const { anomaly_score } = await session.run({ rows: input }, ["anomaly_score"]);
  return anomaly_score.data.subarray(0, rows.length);
}

// (1 + the number of calibration scores that are at least as large) / (n + 1), in float32.
function pValue(score, calibration) {
  const larger = calibration.filter((other) => other >= score).length;
  return (1 + larger) / (calibration.length + 1);
}

const file = readFileSync(process.argv[2]);
checkDigest(file);
const manifest = readManifest(file);
if (manifest.format > FORMAT) throw new Error(`the model file has format ${manifest.format}`);
const rows = JSON.parse(readFileSync(process.argv[3], "utf8"));
const scores = await anomalyScores(file, manifest, rows);
const calibration = Float32Array.from(manifest.calibration.scores);

// A row without a single value, or with an infinite one, is invalid: no score, no p-value.
const usable = rows.map((row) => row.some((cell) => cell !== null));
console.log(
  JSON.stringify({
    anomaly_score: Array.from(scores, (score, row) => (usable[row] ? score : null)),
    p_value: Array.from(scores, (score, row) => (usable[row] ? pValue(score, calibration) : null)),
  }),
);
