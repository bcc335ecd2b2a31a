//! Door sign.

fn main() {}
