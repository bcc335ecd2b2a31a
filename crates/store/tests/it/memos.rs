//! Memos: kept until another takes their place, or they are forgotten; found by how their names begin.

use payhook_store::Memo;

use crate::desk::{Desk, failed};

fn memo(name: &str, value: Option<&[u8]>) -> Memo {
    Memo { name: name.to_owned(), value: value.map(<[u8]>::to_vec) }
}

async fn kept(desk: &Desk, prefix: &str) -> Vec<Memo> {
    desk.store.reader().kept(prefix.to_owned()).await.expect("read")
}

#[tokio::test]
async fn a_value_survives_a_restart_until_another_takes_its_place_or_it_is_forgotten() {
    let desk = Desk::new().await;
    for kept in [memo("pause/shop", Some(b"1")), memo("pause/books", Some(b"2")), memo("breaker/shop", Some(b"3"))] {
        desk.store.keep(kept).await.expect("kept");
    }
    desk.store.keep(memo("pause/shop", Some(b"4"))).await.expect("kept");
    let desk = desk.reopened().await;
    let pauses = [memo("pause/books", Some(b"2")), memo("pause/shop", Some(b"4"))];
    assert_eq!(kept(&desk, "pause/").await, pauses);
    desk.store.keep(memo("pause/shop", None)).await.expect("forgotten");
    assert_eq!(kept(&desk, "pause/").await, pauses[..1]);
    assert_eq!(kept(&desk, "pause/%").await, [], "a name is taken as it is");
}

#[tokio::test]
async fn what_is_too_long_is_refused_and_the_value_before_it_stays() {
    let desk = Desk::new().await;
    desk.store.keep(memo("a", Some(b"1"))).await.expect("kept");
    let too_long = memo("a", Some(&vec![0; Memo::VALUE_MAX + 1]));
    assert!(failed(desk.store.keep(too_long).await).contains("too long"));
    assert_eq!(kept(&desk, "a").await, [memo("a", Some(b"1"))]);
}
