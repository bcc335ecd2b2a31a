//! The world that the pages speak of: a gateway with a history, a shop behind it, the sandbox beside it.

use std::time::Duration;

use payhook_testkit::receiver::{Behaviour, Receiver};
use payhook_testkit::sandbox::Sandbox;

use super::user::User;
use crate::pages::block::{self, Block};
use crate::stage::KEY;

const PATIENCE: Duration = Duration::from_secs(20);

/// Moments on the pages, and others of which the same is true whenever a test runs.
const MOMENTS: [(&str, &str); 2] =
    [("2026-11-21T10:00:00Z", "2020-01-01T00:00:00Z"), ("2026-11-21T12:00:00Z", "2099-01-01T00:00:00Z")];

pub(super) struct World {
    pub(super) user: User,
    pub(super) shop: Receiver,
    /// What pages say, and what stands for it here.
    here: Vec<(String, String)>,
}

impl World {
    /// A folder as `payhook init` makes it, with the shop behind it; nothing runs yet.
    pub(super) fn new() -> Self {
        let (user, shop) = (User::new(), Receiver::start(None));
        let mut world = Self { user, shop, here: Vec::new() };
        world.user.runs("payhook init .");
        let [public, admin] = world.user.edit_addresses();
        world.user.edit("payhook.toml", "http://127.0.0.1:3000/webhooks/payhook", &world.shop.url());
        world.stands_for("127.0.0.1:8080", &format!("127.0.0.1:{public}"));
        world.stands_for("127.0.0.1:8081", &format!("127.0.0.1:{admin}"));
        MOMENTS.iter().for_each(|(shown, here)| world.stands_for(shown, here));
        world
    }

    /// From now on, `here` is typed where a page shows `shown`.
    pub(super) fn stands_for(&mut self, shown: &str, here: &str) {
        self.here.push((shown.to_owned(), here.to_owned()));
    }

    /// The sandbox is where the pages say.
    pub(super) fn beside(&mut self, sandbox: &Sandbox) {
        self.stands_for("127.0.0.1:8090", &sandbox.address().to_string());
    }

    /// Starts the gateway and gives it a past: order 1 was paid and captured, the shop said never to order 2, and
    /// somebody forged order 3.
    pub(super) fn live(&mut self) {
        self.shop.behave(|delivery| {
            let never = delivery.json()["data"]["reference"] == "order-2";
            Behaviour::Answer(if never { 410 } else { 200 })
        });
        self.user.serve();
        self.user.runs("payhook trigger adyen authorised captured --set merchantReference=order-1");
        self.user.runs("payhook trigger adyen authorised --set merchantReference=order-2");
        self.user.fails(&format!("payhook trigger adyen authorised --set merchantReference=order-3 --key {KEY}"), 1);
        assert!(self.shop.wait_until(PATIENCE, |heard| heard.len() == 3), "it never arrived");
        self.user.until("payhook deliveries list --state dead", |listed| listed.contains("dlv_"));
        self.shop.behave(|_| Behaviour::Answer(200));
        let dead = word(&self.user.runs("payhook deliveries list --state dead"), "dlv_");
        let payment = word(&self.user.runs("payhook payments list --reference order-1"), "pay_");
        self.stands_for("dlv_17_2_1", &dead);
        self.stands_for("pay_…", &payment);
    }

    /// A command of a page, as it is typed here.
    pub(super) fn here(&self, command: &str) -> String {
        self.here.iter().fold(command.to_owned(), |command, (shown, here)| command.replace(shown, here))
    }

    /// Types the commands of a page, but for blocks that say why not; what each said.
    pub(super) fn types(&mut self, page: &str) -> Vec<(String, String)> {
        self.types_blocks(block::of(page).into_iter())
    }

    /// Types those under one heading.
    pub(super) fn types_under(&mut self, page: &str, heading: &str) -> Vec<(String, String)> {
        self.types_blocks(block::of(page).into_iter().filter(|block| block.heading == heading))
    }

    fn types_blocks(&mut self, blocks: impl Iterator<Item = Block>) -> Vec<(String, String)> {
        let shown = blocks.filter(|block| block.language == "console" && block.unrun.is_none());
        let commands: Vec<_> = shown.flat_map(|block| block.commands()).collect();
        assert!(!commands.is_empty(), "the page shows no commands");
        commands.into_iter().map(|command| (command.clone(), self.user.runs(&self.here(&command)))).collect()
    }
}

/// The first word of a listing that begins so.
pub(super) fn word(listed: &str, start: &str) -> String {
    let found = listed.split_whitespace().find(|word| word.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {listed}")).to_owned()
}
