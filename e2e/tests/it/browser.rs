//! The customer area in a real browser, with a real gateway behind it: by mouse and by keyboard alone, at phone width and on a
//! desk, dark and light. Chromium is driven by `e2e/browser`, installed when the first test asks for it.
//!
//! - `window`: one browser, asked step by step.
//! - `walk`: from nothing to a delivered notification.
//! - `looks`: every page, measured.

mod looks;
mod walk;
mod window;

#[test]
fn by_mouse_a_webhook_is_made_given_a_key_and_tested_and_the_log_shows_it() {
    walk::from_nothing_to_a_delivered_notification("mouse");
}

#[test]
fn by_keyboard_alone_a_webhook_is_made_given_a_key_and_tested_and_the_log_shows_it() {
    walk::from_nothing_to_a_delivered_notification("keyboard");
}

#[test]
fn every_page_fits_a_phone_and_a_desk_and_can_be_read_dark_and_light() {
    looks::of_every_page();
}
