//! A model of bench/dmn_models.c and its cases on the engine dsntk: decisions per CPU second, one at a time. Each answer is
//! checked against ours first. Arguments: MODEL CASES [OUR DECISIONS PER SECOND]. Run: bench/peers/run.sh.
// SPDX-License-Identifier: Apache-2.0
use cpu_time::ProcessTime;
use dsntk_feel::context::FeelContext;
use dsntk_feel::values::Value;
use dsntk_feel::{FeelScope, Name};
use dsntk_model::{DmnElement, NamedElement};
use std::time::{Duration, Instant};

const ROUNDS: usize = 5;

fn literal(kind: &str, text: &str) -> String {
  match kind {
    "string" => format!("\"{text}\""),
    "date" => format!("date(\"{text}\")"),
    _ => text.to_string(),
  }
}

fn plain(value: &Value) -> String {
  match value {
    Value::Context(outputs) => outputs.get_entry(&Name::from("ceiling")).map_or("null".to_string(), plain),
    Value::String(text) => text.clone(),
    Value::Null(_) => "null".to_string(),
    other => other.to_string(),
  }
}

fn main() {
  let args: Vec<String> = std::env::args().skip(1).collect();
  let definitions = dsntk_model::parse(&std::fs::read_to_string(&args[0]).expect("the model's file")).expect("a model");
  let (namespace, model) = (definitions.namespace().to_string(), definitions.name().to_string());
  let decision = definitions.decisions().last().expect("a decision").name().to_string();
  let evaluator = dsntk_evaluator::ModelEvaluator::new(&[definitions]).expect("an evaluator");

  let table = std::fs::read_to_string(&args[1]).expect("the cases' file");
  let mut lines = table.lines();
  let head: Vec<(&str, &str)> = lines.next().expect("a head").split('\t').filter_map(|name| name.split_once(':')).collect();
  let cases: Vec<(FeelContext, &str)> = lines
    .map(|line| {
      let cells: Vec<&str> = line.split('\t').collect();
      let entries: Vec<String> = head.iter().zip(&cells).map(|((name, kind), cell)| format!("{name}: {}", literal(kind, cell))).collect();
      let facts = dsntk_evaluator::evaluate_context(&FeelScope::default(), &format!("{{{}}}", entries.join(", "))).expect("facts");
      (facts, cells[head.len()])
    })
    .collect();

  let decide = |i: usize| evaluator.evaluate_invocable(&namespace, &model, &decision, &cases[i % cases.len()].0);
  let wrong = (0..cases.len()).filter(|&i| plain(&decide(i)) != cases[i].1).count();
  let mut rates: Vec<f64> = (0..ROUNDS)
    .map(|_| {
      let (from, until, mut n) = (ProcessTime::now(), Instant::now() + Duration::from_secs(1), 0);
      while Instant::now() < until {
        decide(n);
        n += 1;
      }
      n as f64 / from.elapsed().as_secs_f64()
    })
    .collect();
  rates.sort_by(f64::total_cmp);
  let rate = rates[ROUNDS / 2];
  let ours = args.get(2).and_then(|text| text.parse::<f64>().ok()).map_or(String::new(), |ours| format!(", ours is {:.0} times as fast", ours / rate));
  println!("dsntk: {rate:.0} decisions per CPU second, {wrong} of {} answers differ{ours}", cases.len());
}
