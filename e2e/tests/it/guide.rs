//! The operating guide, followed word by word by a new administrator on a machine where nothing was installed.

use std::time::{Duration, Instant};

use payhook_testkit::machine::Machine;
use payhook_testkit::shell::Shell;

use crate::package::deb;
use crate::pages::census::Claim;
use crate::pages::{self, said};

const INSTALL: &str = "docs/guide/install.md";
const BACKUP: &str = "docs/guide/backup.md";
const UPGRADE: &str = "docs/guide/upgrade.md";

const ALERTS: &str = "docs/guide/alerts.md";
const OPERATIONS: &str = "docs/guide/operations.md";
const RELOAD: &str = "Changing the configuration of a running gateway";

pub(crate) const CLAIMS: &[Claim] = &[
    Claim::of(INSTALL, "console"),
    Claim::of(INSTALL, "ini"),
    Claim::of(BACKUP, "console"),
    Claim::of(UPGRADE, "console"),
    Claim::of(ALERTS, "console"),
    Claim::of(OPERATIONS, "console").under(RELOAD),
];

const PATIENCE: Duration = Duration::from_secs(20);

/// A machine with a copy of the source after a build, where the pages expect to be read.
fn machine() -> (Machine, Shell) {
    let machine = Machine::boot(deb::source());
    let mut admin = machine.shell();
    admin.runs("cp -r /mnt /source && cd /source");
    (machine, admin)
}

/// Types the commands of a section; what each said. What takes a toolchain was done before.
fn follow(admin: &mut Shell, page: &str, heading: &str) -> Vec<(String, String)> {
    let commands = pages::commands_under(page, heading).into_iter().filter(|command| !command.starts_with("cargo "));
    commands.map(|command| deb::here(&command)).map(|command| (command.clone(), admin.runs(&command))).collect()
}

fn orders(admin: &mut Shell) -> String {
    admin.runs("payhook events list --config /etc/payhook/payhook.toml")
}

#[test]
fn a_new_user_installs_backs_up_destroys_restores_upgrades_and_goes_back() {
    let (_machine, mut admin) = machine();
    follow(&mut admin, INSTALL, "From a Debian package");
    let configured = follow(&mut admin, INSTALL, "The configuration");
    assert!(said(&configured, "payhook check").contains("is fine"));
    assert!(said(&configured, "systemctl status").contains("active (running)"));
    let first = follow(&mut admin, INSTALL, "A first notification");
    assert!(said(&first, "payhook events").contains("order-1"));
    assert!(said(&first, "payhook deliveries").contains("pending"));
    // The journal may get its lines a moment later.
    let (journal, _) =
        first.iter().find(|(command, _)| command.starts_with("journalctl")).expect("the page looks there");
    admin.until(PATIENCE, journal, |said| said.contains("\"request\""));
    follow(&mut admin, INSTALL, "Changing the configuration");
    let reloaded = follow(&mut admin, OPERATIONS, RELOAD);
    assert!(said(&reloaded, "curl").contains("\"reload\""), "{reloaded:?}");
    for command in pages::commands(ALERTS) {
        admin.runs(&command);
    }

    let made = follow(&mut admin, BACKUP, "Make one");
    assert!(said(&made, "payhook backup").contains("verified"), "{made:?}");
    admin.runs("payhook trigger adyen authorised --set merchantReference=order-2");
    let [newer, missing] = pages::commands_under(BACKUP, "What came after the backup")
        .try_into()
        .unwrap_or_else(|shown| panic!("{shown:?}"));
    let tells_order_2 = |admin: &mut Shell, command: &str| {
        let told = admin.runs(&command.replace("2026-11-21", "2020-01-01"));
        assert!(told.contains("order-2") && !told.contains("order-1"), "{command}\n{told}");
    };
    tells_order_2(&mut admin, &newer);
    restore(&mut admin);
    tells_order_2(&mut admin, &missing);

    admin.runs("systemctl kill --signal KILL payhook; systemctl stop payhook; rm -rf /var/lib/payhook/*");
    restore(&mut admin);

    admin.runs("cd /source/target/debian");
    let before = orders(&mut admin);
    let upgraded = follow(&mut admin, UPGRADE, "Upgrade");
    assert!(said(&upgraded, "new/usr/bin/payhook check").contains("there already"));
    assert!(said(&upgraded, "systemctl status").contains("active (running)"));
    assert_eq!(admin.runs("dpkg-query --show --showformat '${Version}' payhook").trim(), "0.2.0-1");
    assert_eq!(orders(&mut admin), before);
    let back = follow(&mut admin, UPGRADE, "Go back");
    assert!(said(&back, "systemctl status").contains("active (running)"));
    assert_eq!(admin.runs("dpkg-query --show --showformat '${Version}' payhook").trim(), "0.1.0-1");
    assert_eq!(orders(&mut admin), before);
}

/// The drill, from the backup that holds order 1 alone.
fn restore(admin: &mut Shell) {
    let began = Instant::now();
    let drilled = follow(admin, BACKUP, "Restore");
    println!("restored, from stop to ready, in {:.1} s", began.elapsed().as_secs_f64());
    assert!(said(&drilled, "payhook check").contains("a backup put in place"), "{drilled:?}");
    let listed = orders(admin);
    assert!(listed.contains("order-1") && !listed.contains("order-2"), "{listed}");
}

#[test]
fn the_same_by_hand_and_without_a_service_manager() {
    let (_machine, mut admin) = machine();
    let verified = follow(&mut admin, INSTALL, "Without a package");
    assert_eq!(said(&verified, "systemd-analyze verify"), "");
    follow(&mut admin, INSTALL, "The configuration");
    let first = follow(&mut admin, INSTALL, "A first notification");
    assert!(said(&first, "payhook events").contains("order-1"));
    listens_on_443(&mut admin);
    admin.runs("systemctl stop payhook");

    let [by_hand] = pages::commands_under(INSTALL, "Without systemd").try_into().expect("one command");
    let unit = std::fs::read_to_string(pages::root().join("contrib/systemd/payhook.service")).expect("the unit");
    let start = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).expect("it starts something");
    assert!(by_hand.ends_with(start), "{by_hand} is not what the service runs: {start}");
    // In the background, and with nothing of this shell's in its hands, so that the shell can end.
    admin.runs(&format!("({by_hand}; echo $? >/ended) </dev/null >/dev/null 2>&1 &"));
    admin.until(PATIENCE, "payhook events list 2>&1 || true", |listed| listed.contains("order-1"));
    assert_eq!(admin.runs("stat -c %U /proc/$(pidof payhook)").trim(), "payhook");
    admin.runs("payhook trigger adyen authorised --set merchantReference=order-2");
    assert!(admin.runs("payhook events list").contains("order-2"));
    admin.runs("kill -TERM $(pidof payhook)");
    admin.until(PATIENCE, "cat /ended 2>/dev/null || true", |ended| ended == "0\n");
}

/// With the lines of the page, and only with them; afterwards all is as it was.
fn listens_on_443(admin: &mut Shell) {
    let [lines] = pages::blocks(INSTALL, "ini").try_into().expect("one drop-in");
    let folder = "/etc/systemd/system/payhook.service.d";
    admin.runs("sed -i 's/0.0.0.0:8080/0.0.0.0:443/' payhook.toml");
    admin.fails("systemctl restart payhook", 1);
    admin.runs(&format!("mkdir {folder} && cat >{folder}/override.conf <<'END'\n{lines}END\nsystemctl daemon-reload"));
    admin.runs("systemctl restart payhook && payhook trigger adyen authorised --to http://127.0.0.1:443/in/adyen");
    admin.runs(&format!("rm -r {folder} && systemctl daemon-reload"));
    admin.runs("sed -i 's/0.0.0.0:443/0.0.0.0:8080/' payhook.toml && systemctl restart payhook");
}
