//! The picture that an authenticator app scans: squares in an SVG with attributes only, so that the strict policy holds.
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

/// Light margin that scanners need, in squares.
const MARGIN: i32 = 4;

/// A QR code of a text; nothing where it is too long for one.
pub fn picture(text: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size() + 2 * MARGIN;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN));
        }
    }
    let view = format!("0 0 {size} {size}");
    // Dark on light in dark pages, too: most scanners read nothing else.
    html! {
        svg.qr role="img" aria-label="Picture for the authenticator app" viewBox=(view) width="200" height="200" shape-rendering="crispEdges" {
            rect width=(size) height=(size) fill="#ffffff" {}
            path d=(path) fill="#000000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::picture;

    #[test]
    fn it_is_square_light_around_and_empty_where_it_cannot_be() {
        let svg = picture("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQ").into_string();
        assert!(svg.contains("viewBox=\"0 0 37 37\"") && svg.contains("M4 4h1v1h-1z"), "{svg}");
        assert!(!svg.contains("style="));
        assert_eq!(picture(&"x".repeat(5000)).into_string(), "");
    }
}
