//! What the shop sells.

/// Something to buy.
#[derive(Debug)]
pub(crate) struct Product {
    /// Its name in addresses, baskets and orders.
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    /// In pence.
    pub(crate) price: i64,
    /// A drawing, as SVG that goes into the page.
    pub(crate) picture: &'static str,
}

/// Everything, in the order of the shelf.
pub(crate) const PRODUCTS: [Product; 6] = [
    Product {
        id: "swift",
        name: "Swift",
        about: "A diamond for a first kite: up in a breath of wind, and patient with whoever holds the line.",
        price: 2_450,
        picture: include_str!("../assets/pictures/swift.svg"),
    },
    Product {
        id: "heron",
        name: "Heron",
        about: "A wide delta that stays where it is put. Take a chair.",
        price: 4_900,
        picture: include_str!("../assets/pictures/heron.svg"),
    },
    Product {
        id: "lantern",
        name: "Lantern",
        about: "A box kite of ash and cotton for a steady sea wind; folds flat.",
        price: 6_800,
        picture: include_str!("../assets/pictures/lantern.svg"),
    },
    Product {
        id: "pocket",
        name: "Pocket",
        about: "A sled without a single stick. It lives in a coat and forgets to be packed.",
        price: 1_200,
        picture: include_str!("../assets/pictures/pocket.svg"),
    },
    Product {
        id: "koi",
        name: "Koi",
        about: "A windsock for the garden that tells you when to leave the house.",
        price: 1_850,
        picture: include_str!("../assets/pictures/koi.svg"),
    },
    Product {
        id: "spindle",
        name: "Spindle",
        about: "A beech reel with 150 metres of braided line. It outlives the kite.",
        price: 1_600,
        picture: include_str!("../assets/pictures/spindle.svg"),
    },
];

/// The product of that name.
pub(crate) fn find(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}
