//! Every piece of a configuration on every page is one that `payhook check` finds fine, with the rest added around it.

use std::fmt::Write as _;

use super::user::User;
use crate::pages::block::{self, Block};
use crate::pages::census::Claim;
use crate::stage::{KEY, SECRET};

pub(super) const CLAIMS: &[Claim] = &[Claim::everywhere("toml")];

/// Variables that are no key of Adyen's.
const VARIABLES: [(&str, &str); 8] = [
    ("ACME_SECRET", "a secret of ours"),
    ("ADYEN_MERCHANT_ACCOUNT", "TestMerchant"),
    ("ADYEN_WEBHOOK_PASSWORD", "open sesame"),
    ("BANKED_SIGNATURE_KEY", "f063a7029d6b959d8cc11e23148a3029"),
    ("PAYHOOK_SIGNING_SECRET", SECRET),
    ("STRIPE_DE_SECRET", SECRET),
    ("STRIPE_UK_SECRET", SECRET),
    ("STRIPE_WEBHOOK_SECRET", SECRET),
];

/// Folders that are there on a machine of an administrator.
const FOLDERS: [&str; 1] = ["/var/backups/payhook"];

#[test]
fn every_configuration_on_every_page_is_fine() {
    let shown: Vec<_> = block::every().into_iter().filter(|block| block.language == "toml").collect();
    assert!(shown.len() > 20, "only {} configurations were found", shown.len());
    let mut user = User::new();
    VARIABLES.iter().for_each(|(name, value)| user.set(name, value));
    ["ADYEN_HMAC_KEY", "ADYEN_HMAC_KEY_NEW"].iter().for_each(|name| user.set(name, KEY));
    user.runs("mkdir there");
    let there = user.path("there").display().to_string();
    let wrong: Vec<_> = shown.iter().filter_map(|block| mistakes(&mut user, block, &there)).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn mistakes(user: &mut User, block: &Block, there: &str) -> Option<String> {
    let file = FOLDERS.iter().fold(whole(&block.text), |file, folder| file.replace(folder, there));
    user.write("payhook.toml", &file);
    let (code, out, err) = user.types("payhook check");
    let fine = code == Some(0) && out.contains("payhook.toml is fine");
    (!fine).then(|| format!("{}\n{out}{err}\n{file}", block.place()))
}

/// A whole configuration around a piece: keys without a table are those of a source of Adyen's, and what is named is there.
fn whole(piece: &str) -> String {
    if piece.starts_with("version = ") {
        return piece.to_owned();
    }
    let tables = piece.find("\n[").map_or(piece.len(), |at| at + 1);
    let (keys, tables) = if piece.starts_with('[') { ("", piece) } else { piece.split_at(tables) };
    let mut file = format!("version = 1\n{}", tables.replace("name = \"adyen\"\n", &adyen("")));
    if !tables.contains("[[source]]") {
        write!(file, "\n[[source]]\n{}{keys}", adyen(keys)).expect("a text grows");
    }
    let (there, mut wanted) = (names(tables, "[[destination]]"), led_to(tables));
    if wanted.is_empty() {
        wanted = if there.is_empty() { vec!["shop".to_owned()] } else { there.clone() };
        write!(file, "\n[[route]]\nto = {wanted:?}\n").expect("a text grows");
    }
    for name in wanted.iter().filter(|name| !there.contains(name)) {
        let url = format!("https://{name}.example.com/payhook");
        let secret = "secret = \"${PAYHOOK_SIGNING_SECRET}\"";
        write!(file, "\n[[destination]]\nname = \"{name}\"\ntype = \"http\"\nurl = \"{url}\"\n{secret}\n")
            .expect("a text grows");
    }
    file
}

/// What a source of Adyen's begins with, unless `keys` has it.
fn adyen(keys: &str) -> String {
    let begins = "name = \"adyen\"\nprovider = \"adyen\"\n".to_owned();
    if keys.lines().any(|line| line.starts_with("keys = ")) {
        begins
    } else {
        begins + "keys = [\"${ADYEN_HMAC_KEY}\"]\n"
    }
}

/// The names of these tables.
fn names(tables: &str, header: &str) -> Vec<String> {
    let after = tables.split(header).skip(1).filter_map(|rest| rest.split("name = \"").nth(1));
    after.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect()
}

/// Where routes lead to.
fn led_to(tables: &str) -> Vec<String> {
    let lists = tables.lines().filter_map(|line| line.strip_prefix("to = ["));
    lists.flat_map(|list| list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn a_piece_is_completed_and_a_whole_is_left_alone() {
    assert_eq!(whole("version = 1\n"), "version = 1\n");
    let keyed = whole("keys = [\"a\"]\n");
    assert_eq!((keyed.matches("keys = ").count(), keyed.matches("[[destination]]").count()), (1, 1), "{keyed}");
    let routed = whole("[[route]]\nto = [\"a\", \"b\"]\n");
    assert_eq!((routed.matches("[[route]]").count(), routed.matches("[[destination]]").count()), (1, 2), "{routed}");
    let named = whole("[[destination]]\nname = \"a\"\n");
    assert!(named.contains("to = [\"a\"]") && named.contains("[[source]]"), "{named}");
}
