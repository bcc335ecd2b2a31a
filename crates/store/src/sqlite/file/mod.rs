//! The file: how it is opened, what shape it has, and what of it may be believed.
//!
//! [`connect`] opens it, [`schema`] brings it to the shape of this release, [`real_path`] says where it is. [`checkpoint`] moves its log
//! into it. [`disk`] watches the room below it, [`fault`] knows an error's cause, [`trust`] what holds after a sync that failed, and
//! [`condition`] tells all others.

pub(super) mod checkpoint;
pub(super) mod condition;
pub(super) mod connect;
pub(super) mod disk;
pub(super) mod fault;
pub(super) mod real_path;
pub(super) mod schema;
pub(super) mod trust;
