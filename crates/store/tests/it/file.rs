//! The file itself: whose it is, who may open it, and what an older release makes of it.

use std::os::unix::fs::{PermissionsExt, symlink};

use payhook_store::{NameKind, OpenError, open};

use crate::desk::{Desk, event, options, url};

#[tokio::test]
async fn a_second_process_is_told_that_the_database_is_in_use() {
    let desk = Desk::new().await;
    let error = open(&url(&desk.folder), options()).err().expect("refused");
    assert!(matches!(error, OpenError::InUse(_)), "{error}");
    let desk = desk.reopened().await;
    assert_eq!(desk.tallies().await.notifications, 0);
}

#[tokio::test]
async fn a_second_process_that_comes_by_another_path_is_told_so_too() {
    let desk = Desk::new().await;
    let elsewhere = tempfile::tempdir().expect("a folder");
    symlink(desk.database(), elsewhere.path().join("payhook.db")).expect("linked");
    let error = open(&url(&elsewhere), options()).err().expect("refused");
    assert!(matches!(error, OpenError::InUse(_)), "{error}");
    let linked = tempfile::tempdir().expect("a folder");
    symlink(desk.folder.path(), linked.path().join("data")).expect("linked");
    let error = open(&format!("sqlite:{}", linked.path().join("data/payhook.db").display()), options()).err();
    assert!(matches!(error, Some(OpenError::InUse(_))), "{error:?}");
}

#[tokio::test]
async fn through_a_link_the_log_and_the_disk_are_those_of_the_file_it_leads_to() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    // Nothing is there yet: the first start makes it where the link leads.
    symlink(data.path().join("real.db"), folder.path().join("payhook.db")).expect("linked");
    let desk = Desk::in_folder(folder, options()).await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    assert!(data.path().join("real.db.lock").exists() && data.path().join("real.db-wal").exists());
    assert_eq!(desk.folder.path().read_dir().expect("lists").count(), 1, "the link alone");
    assert!(desk.store.health().wal_bytes > 0, "the log is looked at");
    let again = desk.reopened().await;
    assert_eq!(again.tallies().await.notifications, 1);
}

#[tokio::test]
async fn only_its_owner_can_read_any_of_its_files() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    let mut seen = Vec::new();
    for entry in desk.folder.path().read_dir().expect("lists") {
        let entry = entry.expect("an entry");
        assert_eq!(entry.metadata().expect("meta").permissions().mode() & 0o777, 0o600, "{entry:?}");
        seen.push(entry.file_name());
    }
    assert!(seen.iter().any(|name| name == "payhook.db-wal"), "{seen:?}");
}

#[tokio::test]
async fn names_keep_their_numbers() {
    let desk = Desk::new().await;
    let (shop, books) = (desk.shop, desk.books);
    let desk = desk.reopened().await;
    assert_eq!((desk.shop, desk.books), (shop, books));
    let names = vec!["shop".to_owned(), "new".to_owned(), "shop".to_owned()];
    let ids = desk.store.enrol(NameKind::Destination, names).await.expect("enrolled");
    assert_eq!((ids[0], ids[2]), (shop, shop));
    assert!(![shop, books].contains(&ids[1]));
    let all = desk.store.reader().names().await.expect("read");
    assert_eq!(all.iter().filter(|name| name.kind == NameKind::Destination).count(), 3);
}

#[tokio::test]
async fn a_file_from_a_release_that_this_one_cannot_follow_is_refused_and_left_alone() {
    let Desk { store, folder, .. } = Desk::new().await;
    store.close().await;
    let file = || rusqlite::Connection::open(folder.path().join("payhook.db")).expect("opens");
    file().execute("INSERT INTO migrations VALUES (90, 1, x'00')", []).expect("written");
    open(&url(&folder), options()).expect("it says that this release may read it").close().await;
    file().execute("INSERT INTO migrations VALUES (91, 90, x'00')", []).expect("written");
    let error = open(&url(&folder), options()).err().expect("refused").to_string();
    assert!(error.contains("has schema 91, which needs a release that knows schema 90"), "{error}");
}

#[tokio::test]
async fn a_damaged_file_is_told_from_one_that_cannot_be_reached() {
    let Desk { store, folder, .. } = Desk::new().await;
    store.close().await;
    let path = folder.path().join("payhook.db");
    let whole = std::fs::read(&path).expect("read");
    std::fs::write(&path, &whole[..20_000]).expect("written");
    let error = open(&url(&folder), options()).err().expect("refused");
    assert!(error.is_damaged(), "{error}");
    std::fs::write(&path, whole).expect("written");
    let nowhere = open("sqlite:/nowhere/payhook.db", options()).err().expect("refused");
    assert!(!nowhere.is_damaged(), "{nowhere}");
    assert!(open(&url(&folder), options()).is_ok());
}

#[tokio::test]
async fn numbers_go_on_where_they_ended() {
    let desk = Desk::new().await;
    desk.one(event("a", 1, "", desk.to_shop()), 1).await;
    let desk = desk.reopened().await;
    assert_eq!(desk.one(event("b", 1, "", desk.to_shop()), 2).await.seq().0, 2);
    assert_eq!(desk.one(event("a", 1, "", desk.to_shop()), 3).await.as_str(), "duplicate");
}
