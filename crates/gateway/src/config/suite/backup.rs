//! The backups a gateway makes by itself, as configured.

use std::time::Duration;

use super::super::BackupPlan;
use super::{WHOLE, check, folder, load_in, variables};

/// The file with a `[store]` behind it; its `backup` is in line 14.
fn store(backup: &str) -> String {
    format!("{WHOLE}[store]\nbackup = {backup}\n")
}

#[test]
fn a_folder_is_enough_and_the_rest_can_be_said() {
    let folder = folder();
    let of =
        |backup: &str| load_in(folder.path(), Some(&store(backup)), variables()).expect("valid").config.store.backup;
    let usual =
        BackupPlan { folder: folder.path().join("."), every: Duration::from_secs(3_600), keep: 24, with_key: true };
    assert_eq!(of("{ folder = \".\" }"), Some(usual.clone()));
    let said = BackupPlan { every: Duration::from_secs(86_400), keep: 7, with_key: false, ..usual };
    assert_eq!(of("{ folder = \".\", every = \"1d\", keep = 7, key = false }"), Some(said));
    assert_eq!(load_in(folder.path(), Some(WHOLE), variables()).expect("valid").config.store.backup, None);
}

#[test]
fn what_is_wrong_with_it_is_told() {
    let of = "of `backup` of [store]";
    for (backup, expected) in [
        ("{}", "`backup` of [store] has no `folder` | backup = {".to_owned()),
        ("{ folder = \"nowhere\" }", "the folder | install -d -m 700".to_owned()),
        ("{ folder = \".\", every = \"1s\" }", format!("`every` {of} is not between 1m and 31d | every =")),
        ("{ folder = \".\", every = \"1y\" }", format!("`every` {of} has no unit that is known | 10s")),
        ("{ folder = \".\", keep = 0 }", format!("`keep` {of} is not between 1 and 10000 | keep =")),
        ("{ folder = \".\", each = \"1h\" }", "unknown key `each` in `backup` of [store]".to_owned()),
        ("\"1h\"", "`backup` in [store] is text | a table".to_owned()),
    ] {
        check(&store(backup), &[&format!("14: {expected}")]);
    }
}
