//! A story is chosen, told and watched.

use super::browser::Browser;
use crate::adyen::webhook::Webhook;
use crate::clockwork;
use crate::story::Progress;

fn all_happens(browser: &Browser) {
    clockwork::work_through(browser.world()).expect("the book is in memory");
}

#[test]
fn a_story_is_run_with_its_seed_and_faults_and_its_page_shows_its_notifications() {
    let browser = Browser::new();
    browser.get("/area/stories").says("won-dispute").says("No webhook hears of it yet").says("Nothing was run yet");
    let id = "S2-A".to_owned();
    browser.act(|act| act.keep(&Webhook { id, ..Webhook::blank("SecondMerchant") }));
    let form =
        [("story", "paid"), ("seed", "77"), ("account", "SecondMerchant"), ("fault", "forge"), ("fault", "delay")];
    let (there, page) = browser.does("/area/stories", &form);
    page.says("going on, scene 0 of 2").says("forge, delay").says("77").says("Nothing was told yet");
    all_happens(&browser);
    let page = browser.get(&there);
    page.says("sending, scene 2 of 2").says("AUTHORISATION").says("CAPTURE").says("4 waiting");
    let run = there.trim_start_matches("/area/stories/");
    let progress = browser.act(|act| Progress::of(act, run)).expect("it was begun");
    page.says(&format!("/area/payments/adyen/{}", progress.run.payments[0]));
    browser.get("/area/stories").says(&there).says("2 of 2").keeps_quiet_about("No webhook hears of it yet");
}

#[test]
fn what_cannot_be_run_is_said_beside_the_field_and_the_form_keeps_what_was_chosen() {
    let browser = Browser::new();
    let refused = browser.post("/area/stories", &[("story", "3ds"), ("seed", "seven"), ("fault", "burst")]);
    assert_eq!(refused.status, 422);
    refused.says("takes a whole number, or nothing").says("value=\"3ds\" selected").says("value=\"burst\" checked");
    assert_eq!(browser.post("/area/stories", &[("story", "fairy-tale")]).status, 422);
    browser.post("/area/stories", &[("story", "paid"), ("account", "Nobody")]).says("there is no merchant account");
    assert_eq!(browser.get("/area/stories/run-NOTHING").status, 404);
    browser.get("/area/stories").says("Nothing was run yet");
}
