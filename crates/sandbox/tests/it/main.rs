//! The sandbox over HTTP, as merchants and their libraries meet it.

mod control;
mod management;
mod odd;
mod outage;
mod stage;
mod trial;
