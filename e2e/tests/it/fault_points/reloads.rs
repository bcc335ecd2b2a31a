//! Killed at every step of a reload: the next start runs what the file says, says that it is another, and has lost nothing.

use payhook_domain::fault::Point;
use payhook_testkit::receiver::Receiver;

use super::walk::{CONNECTIONS, PATIENCE, die_at, died, each, is_whole, says};
use crate::stage::{SECRET, acknowledged, authorisation, setup};

pub(super) const POINTS: &str = "reload.";

#[test]
fn killed_at_every_step_of_a_reload() {
    each(POINTS, kill);
}

fn kill(point: Point, round: usize) {
    let (receiver, argument) = (Receiver::start(Some(SECRET)), die_at(point, round));
    let mut gateway = setup(&receiver).argument(&argument).start();
    let load = gateway.load(CONNECTIONS, |number| Some(authorisation(number)));
    assert!(load.wait_until(PATIENCE, |counts| counts.acknowledged >= 50 * (1 + round)), "nothing is acknowledged");
    let changed = gateway.configuration().replacen("retry =", "concurrency = 7\nretry =", 1);
    gateway.rewrite(&changed);
    gateway.signal(libc::SIGHUP);
    died(&mut gateway, &argument);
    let safe = acknowledged(&load.finish(), 0);
    says(&gateway, "the configuration is another than the one that ran last");
    let runs = gateway.get("/api/v1/status").json()["config"].take();
    assert_eq!(gateway.reload(&changed)["outcome"], "unchanged", "{point:?}: it runs what the file says");
    assert_eq!(gateway.get("/api/v1/status").json()["config"], runs);
    gateway.restart();
    is_whole(&gateway, &receiver, &safe);
    let said = gateway.log_text();
    assert!(!said.contains("the configuration is another"), "{point:?}: it is told once:\n{said}");
}
