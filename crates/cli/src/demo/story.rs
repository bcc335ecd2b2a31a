//! What is sent, and what should come of it.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use http::{HeaderMap, Method};
use payhook_net::{Client, ClientLimits, ClientSettings, Guard, Outgoing};
use payhook_provider::{Policy, sample};
use serde_json::Value;
use url::Url;

use super::stage::{Stage, provider_named};
use crate::output;

/// One notification of the story.
struct Scene {
    /// Told before it is sent.
    told: &'static str,
    provider: &'static str,
    /// The sample's name.
    event: &'static str,
    /// The order it is about.
    order: &'static str,
    /// Which sample: the same number is the same notification.
    seed: u64,
    forged: bool,
}

const STORY: &[Scene] = &[
    Scene {
        told: "Adyen: order-1001 is authorised",
        provider: "adyen",
        event: "authorised",
        order: "order-1001",
        seed: 1,
        forged: false,
    },
    Scene {
        told: "Adyen sends the same again, as it does when in doubt",
        provider: "adyen",
        event: "authorised",
        order: "order-1001",
        seed: 1,
        forged: false,
    },
    Scene {
        told: "Somebody pretends that order-1002 is paid (signed with a made-up key)",
        provider: "adyen",
        event: "authorised",
        order: "order-1002",
        seed: 2,
        forged: true,
    },
    Scene {
        told: "Adyen: the card of order-1003 is refused",
        provider: "adyen",
        event: "refused",
        order: "order-1003",
        seed: 3,
        forged: false,
    },
    Scene {
        told: "Adyen: a chargeback on order-1001 (bad news that says success=true)",
        provider: "adyen",
        event: "chargeback",
        order: "order-1001",
        seed: 1,
        forged: false,
    },
    Scene {
        told: "Banked: order-1004 is started by bank transfer",
        provider: "banked",
        event: "payment_initiated",
        order: "order-1004",
        seed: 5,
        forged: false,
    },
    Scene {
        told: "Banked: the money of order-1004 is on its way",
        provider: "banked",
        event: "payment_sent",
        order: "order-1004",
        seed: 5,
        forged: false,
    },
];

/// What the answers say, to be compared with what the store says.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) sent: u64,
    pub(super) accepted: u64,
    pub(super) refused: u64,
}

/// The story's own figures: what a right gateway makes of it.
pub(super) struct Expected {
    pub(super) events: u64,
    pub(super) duplicates: u64,
    pub(super) quarantined: u64,
}

/// Six authentic notifications of which one is a repeat, and a forged one.
pub(super) const EXPECTED: Expected = Expected { events: 5, duplicates: 1, quarantined: 1 };

/// Seeds between two runs in one folder; a story needs fewer.
const SEEDS_PER_RUN: u64 = 10;

/// Sends every scene and tells each answer as it comes. What is `stored` already moves the seeds on, so that a story
/// played again in a folder that is kept is about other payments.
pub(super) async fn play(stage: &Stage, stored: u64) -> anyhow::Result<Told> {
    let sender = Sender { client: loopback_client()?, seed: stored * SEEDS_PER_RUN };
    let mut told = Told::default();
    for scene in STORY {
        let (status, body) = sender.send(stage, scene).await?;
        told.sent += 1;
        let accepted = (200..300).contains(&status);
        told.accepted += u64::from(accepted);
        told.refused += u64::from(!accepted);
        output::line(&format!("  {told}\n      answer: {status} {body}", told = scene.told));
    }
    Ok(told)
}

/// Posts notifications as a provider does.
struct Sender {
    client: Client,
    /// Added to the seed of each scene.
    seed: u64,
}

impl Sender {
    async fn send(&self, stage: &Stage, scene: &Scene) -> anyhow::Result<(u16, String)> {
        let provider = provider_named(scene.provider)?;
        let key = match (scene.forged, scene.provider) {
            (true, _) => provider.key_text(&[7; 32]).context("a key of the receiver's making")?,
            (false, "banked") => stage.banked_key.clone(),
            (false, _) => stage.adyen_key.clone(),
        };
        let key = provider.key("demo", &key)?;
        let composed = compose(scene, self.seed + scene.seed, stage)?;
        let unsigned = sample::unsigned(scene.provider, &composed);
        let signed = provider.sign(unsigned, &key, &Policy::default(), stage.now()).context("signed with its key")?;
        let url = Url::parse(&format!("http://{}/in/{}", stage.public, scene.provider))?;
        let (status, body) = post(&self.client, &url, signed.headers, signed.body).await?;
        Ok((status, body.chars().take(120).collect()))
    }
}

/// The sample of a scene, with the scene's order number as the merchant's reference.
fn compose(scene: &Scene, seed: u64, stage: &Stage) -> anyhow::Result<Value> {
    let composed = sample::compose(scene.provider, scene.event, seed, stage.now());
    let mut composed = composed.with_context(|| format!("no sample is called {}", scene.event))?;
    let field = if scene.provider == "adyen" { "merchantReference" } else { "reference" };
    sample::set(&mut composed, field, scene.order)?;
    Ok(composed)
}

/// A client that may reach this machine and nothing else by name.
pub(super) fn loopback_client() -> anyhow::Result<Client> {
    /// A page of the few payments there are.
    const ANSWER_BYTES_MAX: usize = 256 << 10;
    let loopback = "127.0.0.0/8".parse().context("a constant range")?;
    let anywhere = crate::client::settings(ClientLimits::default().time_max, ANSWER_BYTES_MAX);
    Ok(Client::new(ClientSettings { guard: Guard::new(vec![loopback]), ..anywhere }))
}

/// Posts and reads the answer.
async fn post(client: &Client, url: &Url, headers: HeaderMap, body: Bytes) -> anyhow::Result<(u16, String)> {
    let target = client.target(url)?;
    let outgoing = Outgoing { method: Method::POST, headers, body, repeatable: true };
    let answer = target.send(outgoing).await.map_err(|failure| anyhow::anyhow!("{}", failure.error))?;
    Ok((answer.status.as_u16(), String::from_utf8_lossy(&answer.excerpt).into_owned()))
}

/// Longest the demo waits for every delivery to be settled.
pub(super) const SETTLE_TIME_MAX: Duration = Duration::from_secs(30);
