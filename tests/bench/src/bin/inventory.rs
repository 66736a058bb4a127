//! The inventory of a large cluster.
fn main() {}
