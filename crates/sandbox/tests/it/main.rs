//! The sandbox as merchants and their libraries meet it: a real listener in front, a real endpoint behind.

mod banked;
mod control;
mod management;
mod odd;
mod outage;
mod repeat;
mod secured;
mod stage;
mod trial;
