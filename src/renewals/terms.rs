//! The terms of contracts: what is known of each, and what is done for a new one, wherever it comes from.
use super::day;
use crate::db::{Sql, WriteTx, sql};
use crate::error::AppError;
use crate::ids::ContractId;
use crate::policy::WriteProof;

const LEARN: &str = "INSERT INTO renewal_terms (contract_id, end_on, known_at)
    SELECT c.id, c.end_on, $1 FROM contracts c LEFT JOIN renewal_terms t ON t.contract_id = c.id AND t.end_on = c.end_on
    WHERE t.contract_id IS NULL ON CONFLICT (contract_id, end_on) DO NOTHING";
/// Notices about a term that is no more, where no mail server has taken them yet.
const WITHDRAW: &str = "UPDATE notices SET state = 'not_sent', error = 'the contract has a new term'
    WHERE state = 'queued' AND kind IN ('renewal.ending', 'renewal.ended') AND contract_id IN (
        SELECT t.contract_id FROM renewal_terms t WHERE t.known_at = $1)";

/// Learns the terms that are new: all steps of theirs are armed, those in the past count as done. Call it where contracts come
/// or change their end; two statements, however many.
pub async fn learn(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<u64, AppError> {
    let new = tx.execute(proof, sql(LEARN).bind(tx.now())).await?;
    if new > 0 {
        tx.execute(proof, sql(WITHDRAW).bind(tx.now())).await?;
    }
    Ok(new)
}

/// As [`learn`]; and what is due today is written today, though the day has begun.
pub async fn learn_and_look(tx: &mut WriteTx, proof: &impl WriteProof) -> Result<(), AppError> {
    if learn(tx, proof).await? > 0 {
        day::look_again(tx, proof).await?;
    }
    Ok(())
}

const KNOW: &str =
    "INSERT INTO renewal_terms (contract_id, end_on, known_at) SELECT c.id, c.end_on, $2 FROM contracts c
    WHERE c.id = $1 ON CONFLICT (contract_id, end_on) DO NOTHING";
const WITHDRAW_OF: &str = "UPDATE notices SET state = 'not_sent', error = $2
    WHERE contract_id = $1 AND state = 'queued' AND kind IN ('renewal.ending', 'renewal.ended')";

/// Learns the present term of one contract.
pub(super) async fn know(tx: &mut WriteTx, proof: &impl WriteProof, contract: ContractId) -> Result<(), AppError> {
    tx.execute(proof, sql(KNOW).bind(contract).bind(tx.now())).await?;
    Ok(())
}

/// Takes back notices about one contract that have not left yet, because of that.
pub(super) async fn withdraw(
    tx: &mut WriteTx,
    proof: &impl WriteProof,
    contract: ContractId,
    why: &str,
) -> Result<(), AppError> {
    tx.execute(proof, sql(WITHDRAW_OF).bind(contract).bind(why)).await?;
    Ok(())
}

pub(super) fn statements() -> Vec<Sql> {
    [LEARN, WITHDRAW, KNOW, WITHDRAW_OF].map(sql).into()
}
