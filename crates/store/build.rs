//! The migrations are part of the crate, though Cargo cannot see the files that a macro reads.

fn main() {
    println!("cargo::rerun-if-changed=../../migrations/sqlite");
    println!("cargo::rerun-if-changed=../../migrations/postgres");
}
