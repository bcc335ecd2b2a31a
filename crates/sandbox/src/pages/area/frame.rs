//! What every page of the customer area has around it: where one is, what was just done, and what time it is here.

use axum::response::{IntoResponse, Redirect, Response};
use http::StatusCode;
use minijinja::{Value, context};
use serde::Deserialize;

use crate::pages::page;
use crate::world::World;

/// What was done before this page was asked for, by the word in its address.
const DONE: [(&str, &str); 11] = [
    ("created", "The webhook is there. Now give it a key, and send a test notification."),
    ("saved", "Saved. What is sent from now on follows these settings."),
    ("deleted", "The webhook is gone. What waited for it is not sent any more."),
    ("seen", "That key was shown before, and is shown once. Generate another one if it is lost."),
    ("tested", "The test notification was sent. This is what came of it."),
    ("retried", "It is sent again as soon as its turn comes."),
    ("happened", "It has happened, and whoever is to hear of it is told."),
    ("too-late", "It could not happen any more: the payment stands elsewhere now."),
    ("kept", "Saved. Payments that are made from now on follow it."),
    ("begun", "It has begun. Your webhooks are told as it happens."),
    ("ignored", "It is given up. What was behind it goes on."),
];

/// The word for what was done.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Done {
    done: Option<String>,
}

impl Done {
    fn said(&self) -> Option<&'static str> {
        let done = self.done.as_deref()?;
        DONE.iter().find(|(word, _)| *word == done).map(|(_, said)| *said)
    }
}

/// A page at this place of the navigation.
pub(super) fn show(world: &World, place: &str, template: &str, done: &Done, values: Value) -> Response {
    framed(world, StatusCode::OK, place, template, context! { done => done.said(), ..values })
}

/// A form that could not be taken, with what is wrong about it.
pub(super) fn refuse(world: &World, place: &str, template: &str, values: Value) -> Response {
    framed(world, StatusCode::UNPROCESSABLE_ENTITY, place, template, values)
}

fn framed(world: &World, status: StatusCode, place: &str, template: &str, values: Value) -> Response {
    page(status, template, context! { place, now => world.time.now().as_micros(), ..values })
}

/// After something was done: the page that shows it, asked for anew, so that reloading does not do it again.
pub(super) fn go(path: &str, done: &str) -> Response {
    debug_assert!(DONE.iter().any(|(word, _)| *word == done), "{done} is said nowhere");
    Redirect::to(&format!("{path}?done={done}")).into_response()
}
