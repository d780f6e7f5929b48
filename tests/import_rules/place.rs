//! A product in this process, on a database of its own.
use std::path::{Path, PathBuf};
use std::process::Command;
use subscription_center::app::{App, Profile};
use subscription_center::db::Db;
use subscription_center::imports::{self, Options, Report};
use subscription_center::installation::check;
use subscription_center::time::{Clock, zone};
use testkit::product::{Engine, Product};
use testkit::table::Table;
use testkit::world;

pub struct Place {
    pub product: Product,
    pub app: App,
}

/// Runs statements past the product, on PostgreSQL.
pub fn psql(database: &str, text: &str) {
    let arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", text];
    let done = Command::new("psql").arg(database).args(arguments).output().unwrap();
    assert!(done.status.success(), "{text}: {}", String::from_utf8_lossy(&done.stderr));
}

impl Place {
    pub async fn new(engine: Engine) -> Self {
        let product = Product::new(engine);
        let database = product.database().to_owned();
        Self::on(product, &database).await
    }

    pub async fn on(product: Product, database: &str) -> Self {
        let db = Db::open(database).await.unwrap();
        let clock = Clock::new(zone("UTC").unwrap(), Some(product.clock.file().to_owned()));
        let profile = Profile {
            base_url: "http://127.0.0.1:1".to_owned(),
            vendor: "Formwork".to_owned(),
            phone: String::new(),
            contact_email: String::new(),
            demo: false,
        };
        Self { product, app: App::new(db, clock, profile) }
    }

    pub async fn import(&self, options: Options) -> Report {
        imports::import(&self.app, options).await.unwrap()
    }

    pub async fn import_from(&self, path: &Path) -> Report {
        let report = self.import(Options { paths: vec![path.to_owned()], ..Options::default() }).await;
        assert_eq!(report.errors, [], "{path:?}");
        report
    }

    pub async fn export(&self, name: &str) -> PathBuf {
        let directory = self.product.path(name);
        imports::export(&self.app, &directory).await.unwrap();
        directory
    }

    pub async fn check(&self) {
        assert_eq!(check::check(&self.app).await.unwrap().violations, Vec::<String>::new());
    }
}

pub fn same(one: &Path, other: &Path) {
    for entry in std::fs::read_dir(one).unwrap() {
        let name = entry.unwrap().file_name();
        let texts = [one, other].map(|d| std::fs::read_to_string(d.join(&name)).unwrap());
        let lines = texts[0].lines().zip(texts[1].lines());
        let differing: Vec<_> = lines.filter(|(a, b)| a != b).take(3).collect();
        assert_eq!(differing, [], "{name:?}");
        assert!(texts[0] == texts[1], "{name:?}");
    }
}

/// Changes one field of a copy of the small world, by the row's first field that equals `key`.
pub fn edit(directory: &Path, file: &str, key: &str, column: &str, value: &str) {
    let path = directory.join(file);
    let mut table = Table::read(&path);
    let row = table.rows.iter().position(|row| row.iter().any(|field| field == key)).unwrap();
    table.set(row, column, value);
    table.write(&path);
}

pub fn written(place: &Place, name: &str) -> (world::World, PathBuf) {
    let (world, directory) = (world::small(), place.product.path(name));
    world.write(&directory);
    (world, directory)
}
