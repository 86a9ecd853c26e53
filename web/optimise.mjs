/*
 * Makes WebAssembly modules smaller, each in its place, as `wasm-opt -Oz` does: one process for many of them, because
 * most are so small that starting a program takes longer than its work.
 *
 *     node web/optimise.mjs module.wasm…
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "binaryen";

// What rustc's WebAssembly target uses today, and every browser of the last years knows. Naming them keeps Binaryen from
// refusing a module, or from using newer ones.
const { BulkMemory, BulkMemoryOpt, Multivalue, MutableGlobals, NontrappingFPToInt, ReferenceTypes, SignExt } =
  binaryen.Features;
const features =
  BulkMemory | BulkMemoryOpt | Multivalue | MutableGlobals | NontrappingFPToInt | ReferenceTypes | SignExt;

const LONG = 256 * 1024;

binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
// Rust's stack and data begin well above address 1024.
binaryen.setLowMemoryUnused(true);
for (const path of process.argv.slice(2)) {
  const bytes = readFileSync(path);
  const module = binaryen.readBinary(bytes);
  module.setFeatures(features);
  module.optimize();
  // What the first round moved lets the second find more, a third of a percent; in small modules it finds nothing.
  if (bytes.length > LONG) module.optimize();
  // Hundreds of small modules would each say the same.
  module.runPasses(["strip-producers", "strip-target-features"]);
  writeFileSync(path, module.emitBinary());
  module.dispose();
}
