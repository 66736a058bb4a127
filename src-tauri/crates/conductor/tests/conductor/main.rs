//! The protocol between record and cluster, in a world small enough to read.

#![allow(missing_docs, reason = "the names of tests and builders are sentences")]

mod protocol;
mod recovery;
mod urgent;
mod world;
