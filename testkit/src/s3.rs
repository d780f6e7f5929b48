//! A real server of the S3 API (moto), with one bucket.
use crate::product::Product;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The server. Dropping it stops it.
pub struct S3 {
    child: Child,
    endpoint: String,
}

/// The bucket that it has.
pub const BUCKET: &str = "subscription-center";

impl S3 {
    /// Needs moto in the Python of TEST_PYTHON, else of `python3`.
    pub fn start() -> Self {
        let python = std::env::var("TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let arguments = ["-m", "moto.server", "-H", "127.0.0.1", "-p", "0"];
        let mut command = Command::new(&python);
        command.args(arguments).env("PYTHONUNBUFFERED", "1").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|e| panic!("{python}: {e}"));
        let mut lines = BufReader::new(child.stderr.take().expect("stderr")).lines().map_while(Result::ok);
        let found = lines.find_map(|line| line.split_once("Running on ").map(|(_, url)| url.trim().to_owned()));
        let endpoint = found.expect("the S3 server did not start: is moto installed?");
        // It writes a line for each request; a full pipe would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        ureq::put(format!("{endpoint}/{BUCKET}")).send_empty().expect("make the bucket");
        Self { child, endpoint }
    }

    /// Has a product keep its files here.
    pub fn keep_files_of(&self, product: &Product, prefix: &str) {
        product.set("files", &format!("s3://{BUCKET}/{prefix}"));
        product.variable("AWS_ENDPOINT_URL", &self.endpoint);
        product.variable("AWS_ACCESS_KEY_ID", "test");
        product.variable("AWS_SECRET_ACCESS_KEY", "test");
        product.variable("AWS_REGION", "us-east-1");
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
