//! Rebuild when a migration, a SQL file or a file of the live page appears or changes: all are embedded in the binary.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-changed=sql");
    println!("cargo:rerun-if-changed=board/built");
}
