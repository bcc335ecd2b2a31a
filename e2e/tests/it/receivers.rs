//! The receiving ends in `examples/express` and `examples/fastapi`, started as their pages say behind a real gateway: what
//! they keep of good, repeated and forged deliveries, also over a kill.

use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use payhook_testkit::gateway::{Gateway, Setup};
use payhook_testkit::{binary, steady, wire};
use serde_json::{Value, json};

use crate::pages::census::Claim;
use crate::pages::{self, root};
use crate::stage::{KEY, SECRET};

pub(crate) const CLAIMS: &[Claim] =
    &[Claim::of("examples/express/README.md", "console"), Claim::of("examples/fastapi/README.md", "console")];

const PATIENCE: Duration = Duration::from_secs(30);

/// A receiver of the examples, as a running program. It is killed when this is dropped.
struct Receiver {
    child: Child,
    address: SocketAddr,
}

impl Receiver {
    /// Starts the one of `example`, keeping what it keeps in `folder`.
    fn start(example: &str, folder: &Path, address: SocketAddr) -> Self {
        let mut command = shown(example, &address.port().to_string());
        command.env("JOURNAL", folder.join("payments.jsonl")).env("DATABASE", folder.join("payments.db"));
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{example} cannot be run: {error}"));
        let began = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(began.elapsed() < PATIENCE, "{example} does not listen");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, address }
    }

    fn payments(&self) -> Vec<Value> {
        let answer = wire::call(self.address, &wire::request("GET", "/payments", &[], b""), PATIENCE);
        answer.expect("an answer").json().as_array().expect("a list").clone()
    }

    /// What it keeps of an order, once that has this status.
    fn wait_for(&self, reference: &str, status: &str) -> Value {
        let began = Instant::now();
        loop {
            let payments = self.payments();
            if let Some(found) = payments.iter().find(|one| one["reference"] == reference && one["status"] == status) {
                return found.clone();
            }
            assert!(began.elapsed() < PATIENCE, "{reference} never became {status}: {payments:?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The command that the example's page shows to start it, in a copy of its folder where its packages are.
fn shown(example: &str, port: &str) -> Command {
    let program = if example == "express" { "server.js" } else { "main.py" };
    let source = root().join("examples").join(example).join(program);
    std::fs::copy(&source, installed().join(program)).unwrap_or_else(|error| panic!("{}: {error}", source.display()));
    let page = pages::commands(&format!("examples/{example}/README.md"));
    let starts = page.iter().find(|command| command.starts_with("PAYHOOK_SIGNING_SECRET=")).expect("it is started");
    // What `npm start` runs is run without npm between, which would not pass a kill on.
    let start = starts.replace("npm start", &script("start")).replace("whsec_…", SECRET).replace("3000", port);
    let (set, words): (Vec<_>, Vec<_>) = start.split_whitespace().partition(|word| word.contains('='));
    let mut command = Command::new(installed().join(words[0]));
    if words[0] == "node" {
        command = Command::new("node");
    }
    command.args(&words[1..]).envs(set.iter().filter_map(|word| word.split_once('='))).current_dir(installed());
    command.env("UVICORN_LOG_LEVEL", "warning").env_remove("NODE_OPTIONS").env_remove("PYTHONPATH");
    command
}

/// A script of the package.
fn script(name: &str) -> String {
    let package = root().join("examples/express/package.json");
    let text = std::fs::read_to_string(&package).unwrap_or_else(|error| panic!("{}: {error}", package.display()));
    let package: Value = serde_json::from_str(&text).expect("JSON");
    package["scripts"][name].as_str().expect("a script").to_owned()
}

/// The folder with their packages, installed now when they are not there.
fn installed() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("receivers");
        let output = Command::new(root().join("e2e/receivers/install")).arg(&folder).stdin(Stdio::null()).output();
        let output = output.unwrap_or_else(|error| panic!("e2e/receivers/install cannot be run: {error}"));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        folder
    })
}

fn gateway(receiver: SocketAddr) -> Gateway {
    let configuration = format!(
        "[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"{KEY}\"]\n\
         [[destination]]\nname = \"shop\"\ntype = \"http\"\nurl = \"http://{receiver}/webhooks/payhook\"\n\
         secret = \"{SECRET}\"\nallow = [\"127.0.0.0/8\"]\nretry = {{ schedule = [\"200ms\", \"500ms\", \"1s\", \"1s\", \"2s\", \"2s\"] }}\n\
         [[route]]\nevents = [\"*\"]\nto = [\"shop\"]\n"
    );
    Setup::new(&configuration).store("reserve = 0").start()
}

/// `payhook trigger adyen`, aimed at the gateway.
fn trigger(gateway: &Gateway, arguments: &[&str]) {
    let to = format!("http://{}/in/adyen", gateway.public());
    let output = Command::new(binary::payhook())
        .args(["trigger", "adyen", "--to", &to, "--key", KEY])
        .args(arguments)
        .current_dir(gateway.folder())
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Posts an event of our own to the receiver, signed with `secret`; the status.
fn post(receiver: SocketAddr, secret: &str, id: &str, payload: &Value) -> u16 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs().to_string();
    let key = BASE64.decode(secret.trim_start_matches("whsec_").as_bytes()).expect("base64");
    let body = payload.to_string();
    let signed = format!("{id}.{now}.{body}");
    let tag = BASE64.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes()).as_ref());
    let signature = format!("v1,{tag}");
    let headers = [
        ("content-type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", &now),
        ("webhook-signature", &signature),
    ];
    wire::call(receiver, &wire::request("POST", "/webhooks/payhook", &headers, body.as_bytes()), PATIENCE)
        .expect("an answer")
        .status
}

fn captured(version: u32, status: &str) -> Value {
    let payment = json!({ "id": "pay_ours", "version": version, "status": status });
    json!({ "type": "payment.captured", "data": { "reference": "order-9", "revision": 0, "payment": payment } })
}

fn check(example: &str) {
    let address = steady::address();
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start(example, folder.path(), address);
    let gateway = gateway(address);

    trigger(&gateway, &["authorised", "captured", "--set", "merchantReference=order-1"]);
    assert!(receiver.wait_for("order-1", "captured")["version"].is_u64());

    // A forged one is refused, and a repeated one is taken and changes nothing; nor does an older one that comes late.
    let forger = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(post(address, forger, "evt_forged", &captured(1, "captured")), 401);
    assert_eq!(receiver.payments().len(), 1, "a forged delivery left something");
    assert_eq!(post(address, SECRET, "evt_a", &captured(2, "captured")), 204);
    assert_eq!(post(address, SECRET, "evt_a", &captured(7, "refunded")), 204, "an id that was spent");
    assert_eq!(post(address, SECRET, "evt_b", &captured(1, "authorised")), 204);
    receiver.wait_for("order-9", "captured");
    assert_eq!(receiver.payments().len(), 2);

    // Killed while the gateway has something for it: what it took is there, and the rest comes.
    drop(receiver);
    trigger(&gateway, &["authorised", "--set", "merchantReference=order-2"]);
    let receiver = Receiver::start(example, folder.path(), address);
    receiver.wait_for("order-2", "authorised");
    receiver.wait_for("order-1", "captured");
    assert_eq!(post(address, SECRET, "evt_a", &captured(7, "refunded")), 204);
    receiver.wait_for("order-9", "captured");
}

#[test]
fn the_receiver_with_express_keeps_each_event_once() {
    check("express");
}

#[test]
fn the_receiver_with_fastapi_keeps_each_event_once() {
    check("fastapi");
}

#[test]
fn the_packages_are_installed_as_the_pages_say() {
    let install = std::fs::read_to_string(root().join("e2e/receivers/install")).expect("the script is there");
    for example in ["express", "fastapi"] {
        let page = pages::commands(&format!("examples/{example}/README.md"));
        let [installs @ .., _start, asks] = page.as_slice() else { panic!("{page:?}") };
        for command in installs {
            // In the script each has more flags, for speed and silence.
            let there = install.lines().any(|line| command.split_whitespace().all(|word| line.contains(word)));
            assert!(there, "{command} is not what e2e/receivers/install does");
        }
        assert_eq!(asks, "curl http://127.0.0.1:3000/payments");
    }
}
