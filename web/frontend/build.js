// Makes web/static/vendor/ and NOTICE out of the packages that package-lock.json pins, and web/static/built/
// out of the scripts and styles of the page, in one file each, for a first load that is small.
//
//   node build.js          writes them
//   node build.js --check  makes them in memory, and fails where a byte differs from what is committed
//
// Nothing here depends on the day or the machine: the same lock gives the same bytes.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const vendor = join(root, "web/static/vendor");

/** The modules to make, by the file that says what goes in. */
const MODULES = ["codemirror"];

/** One module: its text, and the folders of the packages that went in. */
async function bundled(name) {
  const made = await build({
    absWorkingDir: here,
    entryPoints: [`src/${name}.js`],
    bundle: true,
    format: "esm",
    legalComments: "none",
    metafile: true,
    minify: true,
    outfile: `${name}.js`,
    target: "es2022",
    write: false,
    banner: { js: "/* Made by web/frontend/build.js. Licences: NOTICE. */" },
  });
  const [output] = Object.values(made.metafile.outputs);
  // What was tree-shaken to nothing is not handed on.
  const used = Object.entries(output.inputs).filter(([, part]) => part.bytesInOutput > 0);
  const folders = used.map(([path]) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]);
  return { text: made.outputFiles[0].text, folders: folders.filter(Boolean) };
}

/** The editor's own scripts and styles, by the file that is made of them. */
const OWN = { "editor.js": "web/static/editor/main.js", "editor.css": "web/static/editor/styles.css" };

/** One of them, made small; what the text view is made of stays by itself until it is opened. */
async function built(name) {
  const made = await build({
    absWorkingDir: root,
    entryPoints: [OWN[name]],
    bundle: true,
    external: ["../text/*"],
    format: "esm",
    legalComments: "none",
    metafile: true,
    minify: true,
    outfile: name,
    target: name.endsWith(".css") ? ["chrome123", "firefox121", "safari17.5"] : "es2022",
    write: false,
  });
  const inputs = Object.keys(Object.values(made.metafile.outputs)[0].inputs).sort();
  const hash = createHash("sha256");
  for (const path of inputs) hash.update(path).update(await readFile(join(root, path)));
  const banner = `/* Made by web/frontend/build.js. ${inputs.join(" ")} ${hash.digest("hex")} */\n`;
  return banner + made.outputFiles[0].text;
}

/** The licence of a package as its authors wrote it. */
async function licence(folder) {
  const about = JSON.parse(await readFile(join(here, folder, "package.json"), "utf8"));
  const file = (await readdir(join(here, folder))).find((name) => /^licen[cs]e/i.test(name));
  if (!file) throw new Error(`${about.name} has no file with its licence`);
  const text = await readFile(join(here, folder, file), "utf8");
  return { name: about.name, version: about.version, licence: about.license, text: text.replace(/\r\n/g, "\n").trim() };
}

/** NOTICE: every package that is handed on, those with the very same licence text together. */
async function notice(folders) {
  const found = await Promise.all([...new Set(folders)].sort().map(licence));
  const byText = grouped(found);
  const parts = [...byText].map(([text, packages]) => {
    const names = packages.map((one) => `${one.name} ${one.version} (${one.licence})`);
    return `${names.join("\n")}\n\n${text.replace(/^(?=.)/gm, "    ")}\n`;
  });
  return [
    "Leadwright\n\nLicensed under the Apache License, Version 2.0; see LICENSE.\n",
    "The page hands on, in web/static/vendor/, parts of these packages under their own licences.\n" +
      "web/frontend/build.js writes this list.\n",
    ...parts,
  ].join(`\n${"-".repeat(72)}\n\n`);
}

function grouped(found) {
  const byText = new Map();
  for (const one of found) byText.set(one.text, [...(byText.get(one.text) ?? []), one]);
  return byText;
}

/** All files with their texts. */
async function everything() {
  const made = await Promise.all(MODULES.map(bundled));
  const files = MODULES.map((name, at) => [join(vendor, `${name}.js`), made[at].text]);
  const own = await Promise.all(Object.keys(OWN).map(built));
  const ours = Object.keys(OWN).map((name, at) => [join(root, "web/static/built", name), own[at]]);
  return [...files, ...ours, [join(root, "NOTICE"), await notice(made.flatMap((one) => one.folders))]];
}

async function check(files) {
  const wrong = [];
  for (const [path, text] of files) {
    const committed = await readFile(path, "utf8").catch(() => null);
    if (committed !== text) wrong.push(relative(root, path));
  }
  const known = new Set(files.map(([path]) => path));
  for (const name of await readdir(vendor)) {
    if (!known.has(join(vendor, name))) wrong.push(relative(root, join(vendor, name)));
  }
  if (wrong.length) {
    console.error(`Not what web/frontend makes: ${wrong.join(", ")}. Run make frontend and commit what it writes.`);
    process.exit(1);
  }
  console.log(`${files.length} files are to the byte what web/frontend makes.`);
}

async function write(files) {
  await mkdir(vendor, { recursive: true });
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    const packed = (gzipSync(text, { level: 9 }).length / 1024).toFixed(1);
    console.log(`${relative(root, path)}: ${(text.length / 1024).toFixed(1)} KiB, ${packed} KiB compressed`);
  }
}

const files = await everything();
await (process.argv.includes("--check") ? check(files) : write(files));
