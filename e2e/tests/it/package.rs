//! What is shipped is built and run: the Debian package and its service, the container image.
//!
//! - `deb`: makes the package from the binary under test.
//! - `engine`: a container engine with images of its own.

pub(crate) mod deb;
mod engine;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use payhook_testkit::machine::Machine;
use payhook_testkit::receiver::Receiver;
use payhook_testkit::shell::Shell;
use payhook_testkit::{binary, steady, wire};

use crate::pages::census::Claim;
use crate::pages::{self, root};
use deb::PACKAGE;
use engine::Engine;

const CONTAINER: &str = "docs/guide/container.md";

pub(crate) const CLAIMS: &[Claim] = &[Claim::of(CONTAINER, "console")];

const PATIENCE: Duration = Duration::from_secs(20);

/// Longer than the watchdog waits here.
const WATCHED: Duration = Duration::from_secs(3);

const PROCESS: &str = "systemctl show --property MainPID --value payhook";

/// How exposed `systemd-analyze security` may find the service, in tenths: 0 is not at all, 100 wholly.
const EXPOSURE_MAX: u32 = 20;

#[test]
fn the_package_installs_a_service_and_leaves_the_store_when_it_goes() {
    let machine = Machine::boot(deb::source());
    let mut admin = machine.shell();
    let name = deb::here(PACKAGE);
    admin.runs(&format!("dpkg -i /mnt/{name}"));
    let modes = admin.runs(
        "stat -c '%n %a %U' /usr/bin/payhook /etc/payhook/payhook.toml /etc/payhook/.env /var/lib/payhook /var/backups/payhook",
    );
    let expected = "/usr/bin/payhook 755 root\n/etc/payhook/payhook.toml 644 root\n/etc/payhook/.env 600 payhook\n\
                    /var/lib/payhook 700 payhook\n/var/backups/payhook 700 payhook\n";
    assert_eq!(modes, expected);
    assert!(admin.runs("ls /usr/share/doc/payhook").contains("copyright"));
    assert_eq!(admin.types("systemd-analyze verify payhook.service"), (Some(0), String::new(), String::new()));
    let rated = admin.runs("systemd-analyze security --no-pager payhook.service | tail -n 1");
    println!("{}", rated.trim());
    assert!(exposure(&rated) <= EXPOSURE_MAX, "{rated}");

    assert!(admin.fails("systemctl is-active payhook", 3).contains("inactive"), "it waits for its configuration");
    admin.runs("systemctl enable --now payhook");
    admin.runs("cd /etc/payhook && payhook trigger adyen authorised");
    assert!(admin.runs("payhook events list").contains("payment.authorised"));
    let (before, ran) = (admin.runs("cat /etc/payhook/.env"), process(&mut admin));
    admin.runs(&format!("cd / && dpkg -i /mnt/{name} && systemctl is-active payhook"));
    assert_ne!(process(&mut admin), ran, "installed again, it runs what was installed");
    assert_eq!(admin.runs("cat /etc/payhook/.env"), before, "installed again, it keeps its secrets");

    admin.runs("dpkg --purge payhook");
    assert!(admin.runs("ls -A /var/lib/payhook").contains("payhook.db"), "the books stay");
    admin.fails("ls /etc/payhook/.env", 2);
    admin.fails("systemctl is-active payhook", 3);
}

#[test]
fn a_service_that_is_killed_or_hangs_comes_back_and_one_with_a_mistake_does_not() {
    let machine = Machine::boot(deb::source());
    let mut admin = machine.shell();
    let name = deb::here(PACKAGE);
    admin.runs(&format!("dpkg -i /mnt/{name} && systemctl enable --now payhook"));
    let first = process(&mut admin);
    admin.runs(&format!("kill -KILL {first}"));
    admin.until(PATIENCE, PROCESS, |now| !["0", &first].contains(&now.trim()));
    admin.until(PATIENCE, "systemctl is-active payhook || true", |state| state == "active\n");

    let second = process(&mut admin);
    let watched = "mkdir -p /run/systemd/system/payhook.service.d && cd /run/systemd/system/payhook.service.d && \
                   printf '[Service]\\nWatchdogSec=1\\n' >watched.conf && systemctl daemon-reload";
    admin.runs(&format!("{watched} && systemctl restart payhook"));
    let third = process(&mut admin);
    assert_ne!(third, second);
    std::thread::sleep(WATCHED);
    assert_eq!(process(&mut admin), third, "one that is well is left alone");
    admin.runs(&format!("kill -STOP {third}"));
    admin.until(PATIENCE, PROCESS, |now| !["0", &third].contains(&now.trim()));
    admin.until(PATIENCE, "systemctl is-active payhook || true", |state| state == "active\n");

    admin.runs(
        "cd /etc/payhook && sed -i 's/^max_body.*//; s/name = \"adyen\"/name = \"adyen\"\\nmax_bodi = 1/' payhook.toml",
    );
    admin.fails("systemctl reload payhook", 1);
    let said = admin.runs("journalctl --unit payhook --no-pager --output cat");
    assert!(said.contains("max_bodi") && said.contains("hint"), "{said}");
    let told = admin.runs("journalctl --unit payhook --no-pager --output cat --priority err");
    assert!(told.contains("max_bodi") && !told.contains(r#""message":"ready""#), "the runbook's look finds it: {told}");
    assert_eq!(admin.runs("systemctl is-active payhook"), "active\n", "the configuration before it runs on");
    admin.types("systemctl restart payhook");
    admin.until(PATIENCE, "systemctl is-active payhook || true", |state| state == "failed\n");
    assert_eq!(admin.runs("systemctl show --property ExecMainStatus --value payhook").trim(), "78");
    let told = admin.runs("journalctl --unit payhook --no-pager --output cat --priority err");
    assert!(told.lines().any(|line| line.starts_with("error:") && line.contains("max_bodi")), "{told}");
}

#[test]
fn the_container_runs_read_only_and_as_nobody() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (made, shop) = (folder.path().join("made"), folder.path().join("shop"));
    lay_out(&made.join("root-of-image"));
    let engine = Engine::new();
    engine.build(&root().join("Dockerfile"), &made);
    let user = engine.runs(&["image", "inspect", "--format", "{{.Config.User}}", "payhook"]);
    assert_eq!(user.trim(), "65532:65532");

    let shown = pages::commands(CONTAINER);
    let [_build, init, check, serve, list, backup] = shown.as_slice() else { panic!("{shown:?}") };
    let receiver = Receiver::start(None);
    let public = configure(init, &shop, &receiver);
    assert!(types(&engine, check, &shop).contains("is fine"));
    types(&engine, serve, &shop);
    wait_until_well(public, &engine);
    trigger(&shop, public);
    assert!(receiver.wait_until(PATIENCE, |deliveries| deliveries.len() == 1), "it never arrived");
    let listed = types(&engine, list, &shop);
    assert!(listed.contains("payment.authorised"), "{listed}");
    assert!(types(&engine, backup, &shop).contains("verified"));

    engine.runs(&["stop", "--time", "20", "payhook"]);
    let ended = engine.runs(&["inspect", "--format", "{{.State.ExitCode}}", "payhook"]);
    assert_eq!(ended.trim(), "0", "it stops when told");
    engine.runs(&["start", "payhook"]);
    wait_until_well(public, &engine);
    assert!(types(&engine, list, &shop).contains("payment.authorised"), "the volume keeps it");
}

/// What the engine says to a command of the page. Ports are the machine's own, since those of the page may be taken; nobody
/// starts it anew behind the test's back, and what whoever runs the test may have is all that it can give.
fn types(engine: &Engine, command: &str, shop: &Path) -> String {
    let bounds = "--network host --ulimit nofile=1024:1024 --ulimit nproc=1024:1024";
    let command = command.replace("--publish 8080:8080 ", "").replace("--restart unless-stopped ", "");
    let command = command.replace("docker run ", &format!("docker run {bounds} "));
    // The folder of the page, wherever it is.
    let (page, here) = (["./shop/", " shop/"], format!("{}/", shop.display()));
    let command = command.replace(page[0], &here).replace(page[1], &format!(" {here}"));
    let words: Vec<_> = command.split_whitespace().collect();
    assert_eq!(words[0], "docker", "{command}");
    engine.runs(&words[1..])
}

#[test]
fn the_container_is_built_from_all_that_the_build_reads() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (engine, list) = (Engine::new(), folder.path().join("Containerfile"));
    std::fs::write(&list, "FROM scratch\nCOPY . /\n").expect("a fresh folder can be written");
    let words = ["build", "--quiet", "--isolation", "chroot", "--tag", "context", "--file"];
    let (list, context) = (list.display().to_string(), root().display().to_string());
    engine.runs(&[words.as_slice(), &[&list, &context]].concat());
    let archive = folder.path().join("context.tar");
    engine.runs(&["create", "--name", "context", "context", "nothing"]);
    engine.runs(&["export", "--output", &archive.display().to_string(), "context"]);
    let source = folder.path().join("source");
    std::fs::create_dir(&source).expect("a fresh folder can be written");
    let unpacked = Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&source).status();
    assert!(unpacked.is_ok_and(|status| status.success()), "the context cannot be unpacked");
    assert!(!source.join(".git").exists() && !source.join("target").exists(), "the context holds more than the source");
    let built_from = built_from();
    let missing: Vec<_> = built_from.iter().filter(|file| !source.join(file).is_file()).collect();
    assert!(missing.is_empty() && built_from.len() > 100, "not in the context: {missing:?} of {}", built_from.len());
    // For this platform alone, like the build: what others need is on no machine that has built this and nothing else.
    let read = Command::new("cargo")
        .args(["tree", "--workspace", "--locked", "--offline", "--quiet"])
        .current_dir(&source)
        .output()
        .expect("cargo runs");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
}

/// What the binary was built from, as cargo lists it beside the binary, from the root on.
fn built_from() -> Vec<PathBuf> {
    let list = binary::payhook().with_extension("d");
    let list = std::fs::read_to_string(&list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    let (_, files) = list.split_once(": ").expect("`binary: files`, as make has it");
    // A space of a file's own name stands behind a backslash.
    let files = files.replace("\\ ", "\0");
    let files = files.split_whitespace().map(|file| PathBuf::from(file.replace('\0', " ")));
    files.filter_map(|file| file.strip_prefix(root()).map(Path::to_owned).ok()).collect()
}

/// Which process the service runs.
fn process(admin: &mut Shell) -> String {
    admin.runs(PROCESS).trim().to_owned()
}

/// The root of the image, as the Dockerfile's first stage makes it.
fn lay_out(image: &Path) {
    let laid = Command::new(root().join("contrib/container/root")).arg(binary::payhook()).arg(image).output();
    let laid = laid.expect("there is a shell");
    assert!(laid.status.success(), "{}", String::from_utf8_lossy(&laid.stderr));
}

/// The page's first configuration, listening on free ports and delivering to `receiver`, by name; where providers post.
fn configure(init: &str, shop: &Path, receiver: &Receiver) -> SocketAddr {
    let words: Vec<_> = init.split_whitespace().collect();
    let ["payhook", "init", "shop", more @ ..] = words.as_slice() else { panic!("{init}") };
    let made = Command::new(binary::payhook()).arg("init").arg(shop).args(more).status();
    assert!(made.is_ok_and(|status| status.success()), "payhook init failed");
    let file = shop.join("payhook.toml");
    let text = std::fs::read_to_string(&file).expect("init wrote it");
    let [public, admin] = [steady::address(), steady::address()];
    let there = format!("http://localhost:{}/", receiver.address().port());
    let text = text
        .replace("0.0.0.0:8080", &public.to_string())
        .replace("127.0.0.1:8081", &admin.to_string())
        .replace("http://127.0.0.1:3000/webhooks/payhook", &there)
        .replace("[\"127.0.0.0/8\"]", "[\"127.0.0.0/8\", \"::1/128\"]");
    assert!(text.contains(&there) && text.contains(&public.to_string()), "{text}");
    std::fs::write(&file, text).expect("init wrote it");
    public
}

fn trigger(shop: &Path, public: SocketAddr) {
    let sent = Command::new(binary::payhook())
        .args(["trigger", "adyen", "authorised", "--to", &format!("http://{public}/in/adyen")])
        .current_dir(shop)
        .output()
        .expect("payhook runs");
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stderr));
}

fn wait_until_well(public: SocketAddr, engine: &Engine) {
    let (began, request) = (Instant::now(), wire::request("GET", "/healthz", &[("connection", "close")], b""));
    while !wire::call(public, &request, PATIENCE).is_ok_and(|answer| answer.status == 200) {
        assert!(began.elapsed() < PATIENCE, "it is not well: {}", engine.runs(&["logs", "shop"]));
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `→ Overall exposure level for payhook.service: 1.4 OK`, in tenths.
fn exposure(line: &str) -> u32 {
    let number = line.rsplit(": ").next().and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    number.replace('.', "").parse().unwrap_or_else(|_| panic!("no rating in {line}"))
}
