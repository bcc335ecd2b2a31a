//! What goes wrong with what belongs to no story.

use super::stage::Stage;
use crate::Pace;
use crate::book::{Content, Draft};
use crate::sender::Fault;

/// Faults that are noted on the notification itself.
const WEATHER: [Fault; 3] = [Fault::Duplicate, Fault::Reorder, Fault::OldKey];

/// The faults that met notifications of this provider, in the order they were queued in.
fn met(stage: &Stage, provider: &str) -> Vec<Fault> {
    let own = stage.messages().into_iter().filter(|message| message.draft.provider == provider);
    own.flat_map(|message| message.draft.content.fault.map_or(Vec::new(), |treatment| treatment.faults)).collect()
}

/// Queues one for this story; for none when it is empty.
fn post(stage: &Stage, provider: &str, story: &str) {
    stage.act(|act| {
        act.tells(story);
        act.post(&Draft {
            endpoint: "webhook".to_owned(),
            lane: "webhook".to_owned(),
            provider: provider.to_owned(),
            event: "any".to_owned(),
            subject: "order-0".to_owned(),
            content: Content { media: "application/json".to_owned(), body: "{}".to_owned(), fault: None },
            due: act.now,
        })
    });
}

#[test]
fn each_provider_has_every_fault_in_turn_however_their_notifications_come_between_each_other() {
    for between in [1, 2, 5] {
        let stage = Stage::under(None, Pace::Scaled(1.0), &WEATHER);
        for number in 0..9 * between {
            post(&stage, "banked", "");
            if number % between == 0 {
                post(&stage, "adyen", "");
            }
        }
        assert_eq!(met(&stage, "adyen"), WEATHER, "one of each three, {between} of Banked's to one of Adyen's");
        assert_eq!(met(&stage, "banked"), WEATHER.repeat(between), "{between}");
    }
}

#[test]
fn what_belongs_to_a_story_has_no_weather() {
    let stage = Stage::under(None, Pace::Scaled(1.0), &WEATHER);
    for _ in 0..9 {
        post(&stage, "adyen", "paid 1");
    }
    assert_eq!(met(&stage, "adyen"), []);
}
