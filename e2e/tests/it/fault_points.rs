//! Killed at every step of retention, backup, restore, migration and reload: nothing acknowledged is lost or doubled,
//! nothing is half done, and the next start says what it found.
//!
//! Each test walks the points of one concern; a point that is not reached fails it.
//!
//! - `walk`: from a point to a gateway that died there, and what must hold after.

mod backups;
mod migrations;
mod reloads;
mod restores;
mod sweeps;
mod walk;

use payhook_domain::fault::Point;

#[test]
fn every_point_is_walked() {
    let concerns = [sweeps::POINTS, backups::POINTS, restores::POINTS, migrations::POINTS, reloads::POINTS];
    for point in Point::ALL {
        let walked = concerns.iter().filter(|concern| point.as_str().starts_with(**concern)).count();
        assert_eq!(walked, 1, "{}", point.as_str());
    }
}
