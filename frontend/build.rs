//! Keeps relocations in the linked module: without them it cannot be cut into areas (`xtask/src/site/wasm.rs`).

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-cdylib=--emit-relocs");
}
