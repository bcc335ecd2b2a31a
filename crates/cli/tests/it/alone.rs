//! What needs no running gateway.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use tempfile::TempDir;

use crate::command::{Payhook, payhook};

const ADYEN_KEY: &str = "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

fn initialised() -> TempDir {
    let folder = folder();
    payhook(folder.path(), "init").run().fine();
    folder
}

#[test]
fn init_writes_what_check_finds_fine() {
    let folder = folder();
    let out = payhook(folder.path(), "init conf").run().fine();
    assert!(out.contains("conf/payhook.toml") && out.contains("conf/.env"), "{out}");
    let conf = folder.path().join("conf");
    let mode = std::fs::metadata(conf.join(".env")).expect("written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let out = payhook(&conf, "check").run().fine();
    for expected in ["payhook.toml is fine", "/in/adyen", "/webhooks/banked", "delivers  shop", "route     1: *"] {
        assert!(out.contains(expected), "{expected} is missing in {out}");
    }
    assert_eq!(payhook(&conf, "check --json").run().json()["ok"], true);
}

#[test]
fn what_cannot_be_printed_is_not_taken_for_done() {
    let folder = initialised();
    for words in ["keys generate payhook", "check", "check --json", "--help", "trigger adyen authorised --print"] {
        let said = payhook(folder.path(), words).onto("/dev/full").run();
        said.complains(1, "standard output cannot be written: No space left", "not whole");
    }
    let reader_gone = "payhook check | true; exit ${PIPESTATUS[0]}";
    let mut shell = std::process::Command::new("bash");
    let binary = Path::new(env!("CARGO_BIN_EXE_payhook")).parent().expect("a folder");
    let path = format!("{}:/usr/bin:/bin", binary.display());
    let ended = shell.args(["-c", reader_gone]).current_dir(folder.path()).env("PATH", path).output().expect("bash");
    assert_eq!(ended.status.code(), Some(0), "{ended:?}");
}

#[test]
fn a_gateway_behind_a_proxy_is_asked_in_its_folder_and_what_is_no_address_is_told() {
    let (folder, stranger) = (initialised(), Stranger::who_says(ALIVE));
    let words = format!("events list --url http://{}/hooks/", stranger.address);
    payhook(folder.path(), &words).with("PAYHOOK_TOKEN", "phk_secret").run();
    let heard = stranger.heard.lock().expect("no panic");
    assert!(heard.starts_with("GET /hooks/api/v1/events"), "{heard}");
    let typed = payhook(folder.path(), "events list --url localhost:8081").with("PAYHOOK_TOKEN", "phk_secret").run();
    typed.complains(2, "--url is no http address", "http://HOST:PORT");
}

#[test]
fn the_token_is_sent_to_nobody_who_does_not_have_it() {
    let (folder, stranger) = (initialised(), Stranger::who_says(ALIVE));
    for words in ["events list", "events tail", "payments list --json", "doctor", "backup copy.db"] {
        let asked = stranger.instead_of_the_gateway(folder.path(), words).run();
        asked.complains(1, "is not the gateway with this token", "PAYHOOK_TOKEN");
    }
    stranger.heard_no_token();
}

#[test]
fn who_hangs_up_when_the_token_is_asked_for_is_not_sent_it_either() {
    let (folder, stranger) = (initialised(), Stranger::who_says(""));
    for words in ["events list", "events tail", "payments list --json", "destinations pause shop"] {
        let asked = stranger.instead_of_the_gateway(folder.path(), words).run();
        assert!(asked.code != 0, "{asked:?}");
    }
    stranger.heard_no_token();
}

const ALIVE: &str = "HTTP/1.1 200 OK\r\ncontent-length: 14\r\nconnection: close\r\n\r\n{\"alive\":true}";

/// Another program where the gateway's API was.
struct Stranger {
    address: String,
    heard: Arc<Mutex<String>>,
}

impl Stranger {
    /// Answers so, and hangs up.
    fn who_says(answer: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        let heard = Arc::new(Mutex::new(String::new()));
        let hears = Arc::clone(&heard);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let mut buffer = [0; 4_096];
                let length = stream.read(&mut buffer).unwrap_or(0);
                hears.lock().expect("no panic").push_str(&String::from_utf8_lossy(&buffer[..length]));
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, heard }
    }

    fn instead_of_the_gateway(&self, folder: &Path, words: &str) -> Payhook {
        std::fs::write(folder.join("payhook.db.token"), "phk_secret").expect("written");
        payhook(folder, words).with("PAYHOOK__SERVER__ADMIN", &self.address)
    }

    fn heard_no_token(&self) {
        let heard = self.heard.lock().expect("no panic");
        assert!(heard.contains("GET /healthz?prove=") && !heard.contains("phk_secret"), "{heard}");
    }
}

#[test]
fn a_shell_can_read_what_it_completes_from() {
    let folder = tempfile::tempdir().expect("a folder");
    let said = payhook(folder.path(), "completions bash").run();
    assert_eq!(said.code, 0, "{said:?}");
    std::fs::write(folder.path().join("payhook.bash"), &said.out).expect("written");
    let offered = "source payhook.bash && COMP_WORDS=(payhook deliveries re) COMP_CWORD=2 && _payhook payhook re deliveries && echo ${COMPREPLY[@]}";
    let bash = std::process::Command::new("bash")
        .args(["-c", offered])
        .current_dir(folder.path())
        .output()
        .expect("bash runs");
    assert_eq!(String::from_utf8_lossy(&bash.stdout).trim(), "retry", "{bash:?}");
    payhook(folder.path(), "completions cmd").run().complains(2, "possible values: bash", "completions --help");
}

#[test]
fn check_says_that_the_disk_lacks_the_room_that_is_to_be_kept_free() {
    let folder = initialised();
    let said = payhook(folder.path(), "check").with("PAYHOOK__STORE__RESERVE", "900000 TiB").run();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("`reserve` asks for") && said.err.contains("nothing would be taken"), "{said:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn check_says_that_what_is_written_there_does_not_stay() {
    let folder = initialised();
    let said = payhook(folder.path(), "check").with("PAYHOOK__STORE__URL", "sqlite:/dev/shm/payhook.db").run();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("would be in memory (tmpfs)") && said.err.contains("leads to a disk"), "{said:?}");
    let there = format!("/dev/shm/payhook-{}.db", std::process::id());
    std::os::unix::fs::symlink(there, folder.path().join("payhook.db")).expect("made");
    let said = payhook(folder.path(), "check").run();
    assert!(said.err.contains("would be in memory (tmpfs)"), "where a link leads counts: {said:?}");
}

#[test]
fn init_never_overwrites_and_makes_other_secrets_each_time() {
    let (one, other) = (initialised(), initialised());
    let secrets = |folder: &Path| std::fs::read_to_string(folder.join(".env")).expect("written");
    let before = secrets(one.path());
    assert_ne!(before, secrets(other.path()));
    payhook(one.path(), "init").run().complains(1, "is there already", "nothing was written");
    assert_eq!(secrets(one.path()), before);
    std::fs::remove_file(one.path().join("payhook.toml")).expect("removed");
    payhook(one.path(), "init").run().complains(1, ".env is there already", "nothing was written");
    assert!(!one.path().join("payhook.toml").exists());
}

#[test]
fn check_tells_every_mistake_with_its_line_and_ends_with_78() {
    let folder = folder();
    let toml =
        "version = 1\n[server]\npubilc = \"x\"\n[[source]]\nname = \"a\"\nprovider = \"adyen\"\nkeys = [\"${NONE}\"]\n";
    std::fs::write(folder.path().join("payhook.toml"), toml).expect("written");
    let said = payhook(folder.path(), "check").run();
    assert_eq!((said.code, said.out.as_str()), (78, ""));
    let lines: Vec<_> = said.err.lines().collect();
    assert_eq!(
        lines,
        [
            "error: payhook.toml:3: unknown key `pubilc` in [server]",
            " hint: did you mean `public`?",
            "error: payhook.toml:7: `${NONE}` is not set",
            " hint: set NONE in the environment or in .env beside this file",
        ]
    );
    let said = payhook(folder.path(), "check --json").run();
    let json: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!(
        (said.code, json["ok"].as_bool(), json["mistakes"].as_array().map(Vec::len)),
        (78, Some(false), Some(2))
    );
}

#[test]
fn the_doctor_looks_at_the_files_before_the_first_start_too() {
    let folder = initialised();
    let said = payhook(folder.path(), "doctor").run();
    assert_eq!(said.code, 1, "{}", said.err);
    assert!(said.out.starts_with("problem  ready: no gateway answers"), "{}", said.out);
    assert!(said.out.contains("hint: start it with `payhook serve`"), "{}", said.out);
    assert!(said.out.contains("ok  files: readable by their owner alone: .env"), "{}", said.out);
    std::fs::set_permissions(folder.path().join(".env"), std::fs::Permissions::from_mode(0o640)).expect("set");
    let json: serde_json::Value =
        serde_json::from_str(&payhook(folder.path(), "doctor --json").run().out).expect("JSON");
    assert_eq!(json["worst"], "problem");
    let told = |finding: &serde_json::Value| finding["about"].as_str().is_some_and(|about| about.ends_with(".env"));
    assert_eq!(json["findings"].as_array().map(|all| all.iter().filter(|one| told(one)).count()), Some(1), "{json}");
}

#[test]
fn nothing_starts_without_a_configuration() {
    let folder = folder();
    for words in ["check", "serve"] {
        payhook(folder.path(), words).run().complains(
            78,
            "neither ADYEN_HMAC_KEY nor BANKED_SIGNATURE_KEY",
            "payhook init",
        );
    }
    payhook(folder.path(), "serve --config none.toml").run().complains(78, "none.toml: cannot be read", "payhook init");
    let said = payhook(folder.path(), "check").with("ADYEN_HMAC_KEY", ADYEN_KEY).run();
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.err.contains("warning: environment: there is no destination"), "{said:?}");
}

#[test]
fn a_store_that_is_another_file_is_left_as_it_is_and_its_url_is_doubted_first() {
    let folder = folder();
    let notes = folder.path().join("notes.txt");
    std::fs::write(&notes, "mine, and no database\n").expect("written");
    let configuration = format!(
        "version = 1\n\n[store]\nurl = \"sqlite:notes.txt\"\n\n[[source]]\nname = \"adyen\"\nprovider = \"adyen\"\nkeys = [\"{ADYEN_KEY}\"]\n"
    );
    std::fs::write(folder.path().join("payhook.toml"), configuration).expect("written");
    let said = payhook(folder.path(), "serve").run();
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.err.contains("hint: if `url` of [store] leads to the right file, the file is damaged"), "{said:?}");
    assert_eq!(std::fs::read_to_string(&notes).expect("there"), "mine, and no database\n");
}

#[test]
fn keys_are_fresh_and_of_the_providers_form() {
    let folder = folder();
    let adyen = payhook(folder.path(), "keys generate adyen --json").run().json();
    let key = adyen["key"].as_str().expect("a key");
    assert!(key.len() == 64 && key.bytes().all(|c| c.is_ascii_hexdigit()), "{key}");
    assert_eq!(adyen["check_value"].as_str().map(str::len), Some(6));
    let secret = payhook(folder.path(), "keys generate payhook").run().fine();
    assert!(secret.starts_with("whsec_"), "{secret}");
    assert_ne!(secret, payhook(folder.path(), "keys generate payhook").run().fine());
    payhook(folder.path(), "keys generate paypal").run().complains(
        2,
        "no provider is called `paypal`",
        "adyen, banked",
    );
}

#[test]
fn trigger_prints_what_it_would_send() {
    let folder = folder();
    let words =
        format!("trigger adyen authorised captured --key {ADYEN_KEY} --seed 7 --set amount.value=2500 --print --json");
    let out = payhook(folder.path(), &words).run().fine();
    let requests: Vec<serde_json::Value> =
        out.lines().map(|line| serde_json::from_str(line).expect("one request per line")).collect();
    let item = |request: &serde_json::Value| {
        let body: serde_json::Value = serde_json::from_str(request["body"].as_str().expect("text")).expect("JSON");
        body["notificationItems"][0]["NotificationRequestItem"].clone()
    };
    let [authorised, captured] = requests.as_slice() else { panic!("two requests: {out}") };
    assert_eq!(item(authorised)["amount"]["value"], 2500);
    assert_eq!(item(captured)["originalReference"], item(authorised)["pspReference"]);
    assert_eq!(authorised["url"], "http://127.0.0.1:8080/in/adyen");
    assert!(item(authorised)["additionalData"]["hmacSignature"].is_string());
}

#[test]
fn trigger_makes_the_faults_asked_for() {
    let folder = folder();
    let print = |faults: &str| {
        let words = format!("trigger adyen authorised refused --key {ADYEN_KEY} --seed 7 --print {faults}");
        payhook(folder.path(), &words).run().fine()
    };
    let bodies = |out: &str| out.lines().filter(|line| line.starts_with('{')).map(str::to_owned).collect::<Vec<_>>();
    let code = |body: &String| body.contains("\"success\":\"true\"");
    let plain = bodies(&print(""));
    assert_eq!(plain.iter().map(code).collect::<Vec<_>>(), [true, false]);
    assert_eq!(bodies(&print("--reorder")).iter().map(code).collect::<Vec<_>>(), [false, true]);
    assert_eq!(bodies(&print("--duplicate")).len(), 4);
    assert_eq!(bodies(&print("--count 3")).len(), 6);
    assert_eq!(bodies(&print("--truncate"))[0].len(), plain[0].len() / 2);
    let signature = |body: &String| body.split("hmacSignature\":\"").nth(1).map(|rest| rest[..44].to_owned());
    assert_ne!(signature(&bodies(&print("--bad-signature"))[0]), signature(&plain[0]));
}

#[test]
fn what_is_not_understood_is_told_in_one_line_with_a_hint() {
    let folder = folder();
    for (words, what, hint) in [
        ("serv", "unrecognized subcommand 'serv'", "'serve'"),
        ("trigger", "<PROVIDER>", "payhook trigger --help"),
        ("trigger paypal sale", "no provider is called `paypal`", "adyen, banked"),
        ("trigger paystack charge.success", "paystack can be verified, but its events are not known", "openssl"),
        ("trigger paystack --list", "its events are not known", "openssl"),
        ("trigger adyen autorised --print", "adyen has no story and no event `autorised`", "--list"),
        ("trigger adyen authorised --print --key zz", "--key", ""),
        ("trigger adyen authorised --set amount", "FIELD=VALUE", "payhook trigger --help"),
        ("events list --limit 0", "'--limit <N>'", "payhook events list --help"),
        ("events list --url http://127.0.0.1:1", "without a token", "PAYHOOK_TOKEN"),
        ("deliveries retry", "<DELIVERY>", "payhook deliveries retry --help"),
    ] {
        payhook(folder.path(), words).run().complains(2, what, hint);
    }
    let said = payhook(folder.path(), "").run();
    assert_eq!(said.code, 2);
    assert!(said.err.contains("payhook serve"), "{said:?}");
    assert!(payhook(folder.path(), "--version").run().fine().starts_with("payhook "));
}

#[test]
fn without_a_gateway_questions_say_how_to_start_one() {
    let folder = initialised();
    payhook(folder.path(), "events list").run().complains(1, "payhook.db.token", "payhook serve");
    let asked = payhook(folder.path(), "events list --url http://127.0.0.1:1").with("PAYHOOK_TOKEN", "phk_x").run();
    asked.complains(1, "no gateway answers at http://127.0.0.1:1", "payhook serve");
}

#[test]
fn a_demo_leaves_the_folder_of_a_gateway_as_it_is() {
    let folder = folder();
    payhook(folder.path(), "init shop").run().fine();
    let file = folder.path().join("shop/payhook.toml");
    let before = std::fs::read(&file).expect("written");
    let said = payhook(folder.path(), "demo --headless --orders 1 --data shop").run();
    said.complains(1, "payhook.toml is there", "a folder of its own");
    assert_eq!(std::fs::read(&file).expect("there"), before);
    assert_eq!(std::fs::read_dir(folder.path().join("shop")).expect("there").count(), 2, "the file and .env");
}
