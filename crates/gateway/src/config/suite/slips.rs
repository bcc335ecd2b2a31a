//! Slips of whoever types: brackets, units, quotes, and what a file with one of them still tells.

use payhook_domain::time::Timestamp;

use super::*;

#[test]
fn a_table_that_stands_twice_in_single_brackets_is_told_of_double_ones() {
    let toml = "version = 1\n[source]\nname = \"a\"\n[source]\nname = \"b\"\n";
    let mistakes = load_in(folder().path(), Some(toml), variables()).expect_err("not TOML").to_string();
    assert!(mistakes.contains("duplicate key") && mistakes.contains("[[source]]"), "{mistakes}");
}

#[test]
fn a_file_that_is_no_utf_8_is_to_be_saved_as_that() {
    let folder = folder();
    std::fs::write(folder.path().join(".env"), b"NAME=\xe9\n").expect("written");
    let mistakes = load_in(folder.path(), Some(WHOLE), variables()).expect_err("no text").to_string();
    assert!(mistakes.contains(".env") && mistakes.contains("save it as UTF-8"), "{mistakes}");
    std::fs::write(folder.path().join("payhook.toml"), b"version = 1 # \xe9\n").expect("written");
    let mistakes = load_in(folder.path(), None, variables()).expect_err("no text").to_string();
    assert!(mistakes.contains("payhook.toml") && mistakes.contains("save it as UTF-8"), "{mistakes}");
}

#[test]
fn a_reserve_of_a_few_bytes_is_doubted() {
    let warned = |reserve: &str| {
        let toml = WHOLE.replace("[[source]]", &format!("[store]\nreserve = {reserve}\n[[source]]"));
        let loaded = load_in(folder().path(), Some(&toml), variables()).expect("fine");
        loaded.warnings.iter().any(|warning| warning.what.contains("is 512 bytes"))
    };
    assert!(warned("512") && warned("\"512 B\""));
    assert!(!warned("0") && !warned("\"512 MiB\""));
}

#[test]
fn a_key_in_quotes_is_doubted_where_it_may_be_any_text() {
    let warned = |key: &str| {
        let toml = WHOLE
            .replace("provider = \"adyen\"", "provider = \"banked\"")
            .replace("keys = [\"${ADYEN_HMAC_KEY}\"]", &format!("keys = [{key}]"));
        let warnings = loaded(&toml).warnings;
        assert!(!shown(&warnings).join(" ").contains("s3cret"));
        warnings.iter().any(|warning| warning.what.contains("quotes around it"))
    };
    assert!(warned("'\"s3cret-of-a-bank\"'") && warned("\"'s3cret-of-a-bank'\""));
    assert!(!warned("\"s3cret-of-a-bank\"") && !warned("'s3cret\"of-a-bank\"'"));
}

#[test]
fn the_admin_api_is_found_though_something_else_is_no_toml() {
    let found = |text: &str| {
        let folder = folder();
        std::fs::write(folder.path().join("payhook.toml"), text).expect("written");
        let now = Timestamp::default();
        admin_api(LoadOptions { file: None, directory: folder.path().to_owned(), variables: variables(), now })
    };
    let server = "[server]\nadmin = \"127.0.0.1:9\"\n[store]\nurl = \"sqlite:a.db\"\n";
    for broken in ["events = [\"x", "name = \"a\"\nname = \"b\"", "x = [", "some words", "x = “y”"] {
        for text in [format!("version = 1\n{server}[[route]]\n{broken}\n"), format!("[[route]]\n{broken}\n{server}")] {
            match found(&text) {
                Ok(api) => {
                    assert_eq!(api.address.to_string(), "127.0.0.1:9", "{text}");
                    assert!(api.store.path.ends_with("a.db"), "{text}");
                }
                // What swallows all that follows hides where the gateway is.
                Err(mistakes) => assert!(text.starts_with("[[route]]"), "{text}: {mistakes}"),
            }
        }
    }
    for hidden in [
        "[server]\nadmin = \"127.0.0.1:9\n",
        "[store]\nurl = sqlite:a.db\n",
        "[store\nurl = \"sqlite:a.db\"\n",
        "[server]\n[server]\nadmin = \"127.0.0.1:9\"\n",
        "store = {\n",
    ] {
        assert!(found(&format!("version = 1\n{hidden}")).is_err(), "{hidden}");
    }
}

#[test]
fn a_destination_that_is_payhook_itself_is_doubted() {
    let warned = |url: &str| {
        let toml = format!(
            "{}\n[server]\npublic = \"0.0.0.0:8080\"\nadmin = \"127.0.0.1:8081\"\n",
            WHOLE.replace("https://shop.example.com/hook", url)
        );
        let toml = toml.replace("type = \"http\"", "type = \"http\"\nallow = [\"127.0.0.0/8\", \"::1/128\"]");
        let warnings = shown(&loaded(&toml).warnings).join(" ");
        (warnings.contains("own `public`"), warnings.contains("own `admin`"))
    };
    assert_eq!(warned("http://127.0.0.1:8080/in/adyen"), (true, false));
    assert_eq!(warned("http://localhost:8080/hook"), (true, false));
    assert_eq!(warned("http://127.0.0.1:8081/hook"), (false, true));
    assert_eq!(warned("http://127.0.0.1:3000/hook"), (false, false));
    assert_eq!(warned("https://shop.example.com:8080/hook"), (false, false));
}
