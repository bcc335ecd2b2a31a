//! Pages in a real browser, as people see and use them: the sandbox's customer area with a real gateway behind it, and the shop
//! with everything that `payhook demo` runs. By mouse and by keyboard alone, at phone width and on a desk, dark and light.
//! Chromium is driven by `e2e/browser`, installed when the first test asks for it.
//!
//! - `window`: one browser, asked step by step.
//! - `measures`: what is measured on a page, and how it has to be.
//! - `walk`: the customer area, from nothing to a delivered notification.
//! - `looks`: every page of the customer area, measured.
//! - `demo`: `payhook demo` on a terminal.
//! - `buyer`: somebody in its shop.
//! - `purchases`: kites bought in every way, and money given back.
//! - `waits`: an order turns when its notification has come, and by nothing else.
//! - `shop_looks`: every page of the shop and of those where its orders are paid, measured.

mod buyer;
mod demo;
mod looks;
mod measures;
mod purchases;
mod shop_looks;
mod waits;
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

#[test]
fn by_mouse_kites_are_paid_by_card_by_bank_and_by_a_second_card_and_one_is_given_back() {
    purchases::in_every_way("mouse");
}

#[test]
fn by_keyboard_alone_kites_are_paid_by_card_by_bank_and_by_a_second_card_and_one_is_given_back() {
    purchases::in_every_way("keyboard");
}

#[test]
fn an_order_waits_for_its_notification_turns_without_a_reload_and_forged_ones_turn_nothing() {
    waits::for_the_notification_and_turns_by_nothing_else();
}

#[test]
fn every_page_of_the_shop_fits_a_phone_and_a_desk_and_can_be_read_dark_and_light() {
    shop_looks::of_every_page();
}

#[test]
fn a_demo_whose_terminal_is_closed_goes_without_a_trace() {
    let demo = demo::Demo::start();
    assert!(demo.folder().is_dir());
    assert!(demo.close_terminal());
}
