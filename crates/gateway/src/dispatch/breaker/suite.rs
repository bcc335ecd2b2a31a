//! The breaker under a turned clock.

use super::*;

const PATIENCE: Patience = Patience { failures: 10, rest: Duration::from_secs(30), rest_max: Duration::from_secs(600) };

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn breaker() -> Breaker {
    Breaker::new(Some(PATIENCE), 7)
}

/// `count` tries that fail at once at `second`; what the last one changed.
fn fail(breaker: &mut Breaker, count: u32, second: i64) -> Option<Turn> {
    (0..count).fold(None, |_, _| {
        let begun = breaker.begin();
        breaker.failed(begun, at(second), at(second), None)
    })
}

fn rest_of(turn: Option<Turn>, now: i64) -> Duration {
    match turn {
        Some(Turn::Opened { until, .. } | Turn::Longer { until }) => until.since(at(now)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_opens_at_the_tenth_failure_in_a_row_and_not_before() {
    let mut breaker = breaker();
    assert_eq!(fail(&mut breaker, 9, 0), None);
    let begun = breaker.begin();
    assert_eq!(breaker.answered(begun, at(0)), None);
    assert_eq!((fail(&mut breaker, 9, 0), breaker.failures()), (None, 9));
    let rest = rest_of(fail(&mut breaker, 1, 0), 0);
    assert!((27..=33).contains(&rest.as_secs()), "{rest:?}");
    assert_eq!(breaker.may(at(26)), May::Rest(Some(at(0).plus(rest))));
    assert_eq!(breaker.may(at(34)), May::Probe);
}

#[test]
fn a_quiet_destination_opens_it_before_one_delivery_has_spent_its_tries() {
    let mut breaker = breaker();
    assert_eq!(fail(&mut breaker, 1, 0), None);
    assert_eq!(fail(&mut breaker, 1, 5), None);
    assert_eq!(fail(&mut breaker, 1, 305), None);
    assert!(matches!(fail(&mut breaker, 1, 2_105), Some(Turn::Opened { failures: 4, .. })));
}

#[test]
fn one_probe_at_a_time_and_each_that_fails_rests_twice_as_long() {
    let mut breaker = breaker();
    let mut now = 0;
    let mut rest = rest_of(fail(&mut breaker, 10, now), now);
    let mut rests = Vec::new();
    for _ in 0..7 {
        now += i64::try_from(rest.as_secs()).expect("short") + 1;
        assert_eq!(breaker.may(at(now)), May::Probe);
        let probe = breaker.begin();
        assert_eq!(breaker.may(at(now)), May::Rest(None), "one at a time");
        rest = rest_of(breaker.failed(probe, at(now), at(now), None), now);
        rests.push(rest.as_secs());
    }
    assert!(rests[0] >= 54 && rests[1] >= 108 && rests[2] >= 216, "{rests:?}");
    assert!(rests.iter().all(|rest| *rest <= 600) && rests[6] >= 540, "{rests:?}");
    let probe = breaker.begin();
    assert_eq!(breaker.answered(probe, at(now)), Some(Turn::Closed));
    assert_eq!(breaker.may(at(now)), May::Begin);
}

#[test]
fn what_was_begun_before_it_opened_says_nothing_afterwards() {
    let mut breaker = breaker();
    let late = breaker.begin();
    fail(&mut breaker, 10, 0);
    assert_eq!(breaker.answered(late, at(1)), None);
    assert_eq!(breaker.failed(late, at(0), at(1), None), None);
    assert!(breaker.resting().is_some());
}

#[test]
fn who_is_woken_probes_with_whatever_is_owed_and_then_rests_as_before() {
    let mut breaker = breaker();
    assert!(!breaker.wake(at(0)), "it does not rest");
    fail(&mut breaker, 10, 0);
    assert_eq!(breaker.probes_ahead(), Duration::ZERO);
    assert!(breaker.wake(at(1)) && breaker.may(at(1)) == May::Probe);
    assert!(breaker.probes_ahead() > Duration::from_secs(600));
    let probe = breaker.begin();
    rest_of(breaker.failed(probe, at(1), at(1), None), 1);
    assert_eq!(breaker.probes_ahead(), Duration::ZERO);
}

#[test]
fn an_abandoned_probe_leaves_room_for_another() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 0);
    let probe = breaker.begin();
    breaker.abandon(probe);
    assert_eq!(breaker.may(at(60)), May::Probe);
}

#[test]
fn it_is_as_it_was_after_a_restart_and_no_clock_makes_it_rest_for_ever() {
    let mut before = breaker();
    fail(&mut before, 10, 1_000);
    let kept = before.keep();
    let mut after = breaker();
    after.restore(&kept, at(1_001));
    assert_eq!(after.may(at(1_001)), before.may(at(1_001)));
    let mut earlier = breaker();
    earlier.restore(&kept, at(0));
    assert_eq!(earlier.may(at(601)), May::Probe);
    let mut without = Breaker::new(None, 7);
    without.restore(&kept, at(1_001));
    assert_eq!(without.may(at(1_001)), May::Begin);
    after.restore(b"not ours", at(0));
}

#[test]
fn failures_in_a_row_are_known_after_a_restart_and_forgotten_after_an_answer() {
    let mut now = 0;
    let mut kept = breaker().keep();
    let mut turn = None;
    for wait in [0, 5, 300, 1_800] {
        now += wait;
        let mut breaker = breaker();
        breaker.restore(&kept, at(now));
        turn = fail(&mut breaker, 1, now);
        assert!(breaker.streak_is_news(at(now)) || turn.is_some());
        kept = breaker.keep();
    }
    assert!(matches!(turn, Some(Turn::Opened { failures: 4, .. })), "{turn:?}");

    let mut breaker = breaker();
    fail(&mut breaker, 2, 0);
    assert!(breaker.streak_is_news(at(0)) && !breaker.streak_is_news(at(1)), "kept once a minute");
    let begun = breaker.begin();
    breaker.answered(begun, at(2));
    assert!(breaker.streak_is_news(at(2)) && !breaker.streak_is_news(at(2)), "its end is kept at once");
    let mut after = self::breaker();
    after.restore(&breaker.keep(), at(3));
    assert_eq!(after.failures(), 0);
    fail(&mut after, 1, 4);
    let begun = after.begin();
    after.answered(begun, at(4));
    assert!(!after.streak_is_news(at(4)), "what nobody kept need not be taken back");
}

#[test]
fn the_time_it_was_down_begins_with_the_first_failure_and_is_remembered() {
    let mut breaker = breaker();
    fail(&mut breaker, 5, 100);
    fail(&mut breaker, 5, 110);
    assert!(!breaker.was_down(at(99)) && breaker.was_down(at(100)) && breaker.was_down(at(9_999)));
    let probe = breaker.begin();
    breaker.answered(probe, at(200));
    let mut after = self::breaker();
    after.restore(&breaker.keep(), at(300));
    assert!(after.was_down(at(150)) && !after.was_down(at(201)));
    assert!(after.was_down_since(at(150)) && !after.was_down_since(at(201)));
}

#[test]
fn another_patience_counts_at_once_and_forgets_no_outage() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 0);
    let shorter = Patience { rest: Duration::from_secs(1), rest_max: Duration::from_secs(2), ..PATIENCE };
    breaker.change(Some(shorter), at(1));
    assert_eq!(breaker.may(at(3)), May::Probe, "it rests no longer than it may");
    let probe = breaker.begin();
    breaker.change(None, at(4));
    assert_eq!(breaker.may(at(4)), May::Begin, "switched off, it is closed");
    assert!(breaker.was_down(at(2)) && !breaker.was_down(at(5)));
    assert_eq!(breaker.answered(probe, at(5)), None, "a probe begun before has nothing to say");
}

#[test]
fn an_outage_that_runs_while_it_is_switched_off_by_a_restart_is_remembered() {
    let mut before = breaker();
    fail(&mut before, 10, 100);
    let mut without = Breaker::new(None, 7);
    without.restore(&before.keep(), at(200));
    assert!(without.was_down(at(100)) && without.was_down(at(200)) && !without.was_down(at(201)));
    assert!(without.was_down_since(at(150)));
    assert!(without.streak_is_news(at(300)), "it is kept with the next ending");
    let mut again = Breaker::new(None, 7);
    again.restore(&without.keep(), at(900));
    assert!(again.was_down(at(150)) && !again.was_down(at(500)), "another restart makes the outage no longer");
}

#[test]
fn what_the_destination_asks_for_lengthens_the_rest_up_to_the_longest() {
    let mut breaker = Breaker::new(Some(Patience { failures: 1, ..PATIENCE }), 7);
    let begun = breaker.begin();
    let asked = Some(Duration::from_secs(120));
    assert_eq!(rest_of(breaker.failed(begun, at(0), at(0), asked), 0), Duration::from_secs(120));
    let probe = breaker.begin();
    let asked = Some(Duration::from_secs(86_400));
    assert_eq!(rest_of(breaker.failed(probe, at(120), at(120), asked), 120), PATIENCE.rest_max);
}

#[test]
fn a_clock_that_is_put_back_ends_the_rest() {
    let mut breaker = breaker();
    fail(&mut breaker, 10, 365 * 86_400);
    assert!(matches!(breaker.may(at(365 * 86_400)), May::Rest(Some(_))));
    assert_eq!(breaker.may(at(3_600)), May::Probe);
}

#[test]
fn a_clock_that_is_put_back_during_an_outage_makes_none_of_its_tries_count() {
    const AHEAD: i64 = 365 * 86_400;
    let mut breaker = breaker();
    fail(&mut breaker, 10, AHEAD);
    let Some(Turn::Longer { .. }) = fail(&mut breaker, 1, AHEAD + 60) else { panic!("a probe") };
    // Put back, and still down: one probe fails, the next is taken.
    fail(&mut breaker, 1, 3_600);
    assert!(breaker.was_down(at(3_600)) && breaker.was_down(at(3_700)));
    assert!(breaker.was_down(at(AHEAD)) && breaker.was_down(at(AHEAD + 60)));
    let probe = breaker.begin();
    breaker.answered(probe, at(4_000));
    let mut after = self::breaker();
    after.restore(&breaker.keep(), at(4_100));
    for breaker in [&breaker, &after] {
        assert!(breaker.was_down(at(AHEAD + 60)) && breaker.was_down(at(3_600)));
        assert!(!breaker.was_down(at(4_001)) && !breaker.was_down(at(AHEAD - 1)), "what lies between was no outage");
        assert!(breaker.was_down_since(at(AHEAD)), "asked for a delivery that was made then");
    }
}

#[test]
fn a_clock_put_back_over_a_restart_or_before_the_first_probe_loses_no_outage() {
    const AHEAD: i64 = 365 * 86_400;
    let mut before = breaker();
    fail(&mut before, 10, AHEAD);
    let mut after = breaker();
    after.restore(&before.keep(), at(3_600));
    assert!(after.was_down(at(AHEAD)) && after.was_down(at(3_600)) && !after.was_down(at(3_599)));
    before.wake(at(3_600));
    let probe = before.begin();
    before.answered(probe, at(3_700));
    assert!(before.was_down(at(AHEAD)) && before.was_down(at(3_650)) && !before.was_down(at(3_701)));
}

#[test]
fn a_slow_try_that_fails_after_an_outage_began_is_no_clock_put_back() {
    let mut breaker = breaker();
    let slow: Vec<_> = (0..100).map(|second| (second, breaker.begin())).collect();
    fail(&mut breaker, 10, 110);
    for (started_at, begun) in slow.into_iter().rev() {
        assert_eq!(breaker.failed(begun, at(started_at), at(120), None), None);
    }
    assert_eq!(breaker.resting().map(|(since, _)| since), Some(at(110)));
    breaker.wake(at(121));
    let probe = breaker.begin();
    breaker.answered(probe, at(122));
    assert!(breaker.was_down(at(115)) && !breaker.was_down(at(125)), "it was back by then");
}
