//! Plots as small SVG files, in words and colours that can be read on white and on black.

use std::fmt::Write as _;

/// One row of a plot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Beside the bars.
    pub label: String,
    /// One for each series; one that is missing is not drawn.
    pub values: Vec<Option<f64>>,
    /// Which of them, in the same order, are no more than a least value: the true one is larger. None of them, if empty.
    pub at_least: Vec<bool>,
}

/// One series: its name and its colour.
pub type Series = (&'static str, &'static str);

const WIDTH: f64 = 860.0;
const LEFT: f64 = 300.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 64.0;
const BAR: f64 = 9.0;

/// How values become positions.
#[derive(Debug, Clone, Copy)]
pub enum Scale {
    /// Shares from this smallest one to 1, by logarithms; smaller ones are drawn at the left end.
    Shares(f64),
    /// Seconds from 0.
    Seconds,
    /// Numbers from this smallest one, by logarithms, with this unit behind them.
    Numbers(f64, &'static str),
}

impl Scale {
    fn place(self, value: f64, most: f64) -> f64 {
        let part = match self {
            Scale::Shares(least) => (value.max(least) / least).ln() / (1.0 / least).ln(),
            Scale::Seconds => value / most,
            Scale::Numbers(least, _) => {
                (value.max(least) / least).ln() / (most.max(2.0 * least) / least).ln()
            }
        };
        LEFT + part.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    }

    fn ticks(self, most: f64) -> Vec<(f64, String)> {
        match self {
            Scale::Numbers(least, unit) => std::iter::successors(Some(1.0), |decade| Some(decade * 10.0))
                .take_while(|decade| *decade <= most)
                .flat_map(|decade| [1.0, 2.0, 5.0].map(|step| step * decade))
                .filter(|number| (least..=most).contains(number))
                .map(|number| (number, format!("{number}{unit}")))
                .collect(),
            Scale::Shares(least) => std::iter::successors(Some(least), |share| Some(share * 10.0))
                .take_while(|share| *share <= 1.001)
                .map(|share| (share, format!("{} %", (share * 1e6).round() / 1e4)))
                .collect(),
            Scale::Seconds => {
                let step = [10.0, 20.0, 50.0, 100.0, 200.0, 500.0]
                    .into_iter()
                    .find(|step| most / step <= 8.0)
                    .unwrap_or(1000.0);
                (0..=(most / step) as u32)
                    .map(|n| (f64::from(n) * step, format!("{} s", f64::from(n) * step)))
                    .collect()
            }
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// Bars, a group of them for each row, with a line at `mark`.
pub fn bars(title: &str, series: &[Series], rows: &[Row], scale: Scale, mark: Option<(f64, &str)>) -> String {
    let most = rows
        .iter()
        .flat_map(|row| row.values.iter().flatten())
        .fold(1.0_f64, |most, value| most.max(*value));
    let group = BAR * series.len() as f64 + 8.0;
    let bottom = TOP + group * rows.len() as f64;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {}\" font-family=\"sans-serif\" font-size=\"11\" \
         fill=\"#7a828c\">\n<title>{}</title>\n<text x=\"8\" y=\"18\" font-size=\"14\">{}</text>\n",
        bottom + 30.0,
        escaped(title),
        escaped(title)
    );
    let mut at = 8.0;
    for (name, colour) in series {
        let _ = writeln!(
            out,
            "<rect x=\"{at}\" y=\"30\" width=\"10\" height=\"10\" fill=\"{colour}\"/><text x=\"{}\" y=\"39\">{}</text>",
            at + 14.0,
            escaped(name)
        );
        at += 34.0 + 6.2 * name.chars().count() as f64;
    }
    for (value, text) in scale.ticks(most) {
        let x = scale.place(value, most);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#7a828c\" stroke-opacity=\"0.25\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{text}</text>",
            TOP - 4.0,
            bottom + 16.0
        );
    }
    for (index, row) in rows.iter().enumerate() {
        let top = TOP + group * index as f64;
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            top + 0.5 * group,
            escaped(&row.label)
        );
        for (slot, (value, (_, colour))) in row.values.iter().zip(series).enumerate() {
            let Some(value) = value else { continue };
            let width = (scale.place(*value, most) - LEFT).max(1.0);
            let y = top + BAR * slot as f64;
            let is_least = row.at_least.get(slot).copied().unwrap_or(false);
            let opacity = if is_least { " fill-opacity=\"0.4\"" } else { "" };
            let _ = writeln!(
                out,
                "<rect x=\"{LEFT}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"{opacity}/>",
                BAR - 1.5
            );
            if is_least {
                let _ = writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\">…</text>",
                    LEFT + width + 3.0,
                    y + BAR - 2.5
                );
            }
        }
    }
    if let Some((value, name)) = mark {
        let x = scale.place(value, most);
        let _ = writeln!(
            out,
            "<line x1=\"{x:.1}\" y1=\"{}\" x2=\"{x:.1}\" y2=\"{bottom}\" stroke=\"#d64550\" stroke-width=\"1.5\"/>\
             <text x=\"{x:.1}\" y=\"{}\" fill=\"#d64550\" text-anchor=\"middle\">{}</text>",
            TOP - 4.0,
            TOP - 8.0,
            escaped(name)
        );
    }
    out.push_str("</svg>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_is_only_a_least_one_is_drawn_paler_and_left_open() {
        let rows = [Row {
            label: "slower".into(),
            values: vec![Some(10.0), Some(100.0)],
            at_least: vec![false, true],
        }];
        let series = [("ours", "#000"), ("theirs", "#fff")];
        let svg = bars("t", &series, &rows, Scale::Numbers(1.0, " s"), None);
        assert_eq!(svg.matches("fill-opacity=\"0.4\"").count(), 1, "{svg}");
        assert_eq!(svg.matches('…').count(), 1);
        assert!(
            svg.contains(">100 s</text>") && svg.contains(">5 s</text>"),
            "{svg}"
        );
        let half = 0.5 * (WIDTH - LEFT - RIGHT);
        assert!(svg.contains(&format!("width=\"{half:.1}\"")), "{svg}");
    }

    #[test]
    fn a_larger_share_has_a_longer_bar_and_the_mark_stands_where_its_value_is() {
        let scale = Scale::Shares(0.001);
        assert!((scale.place(0.001, 1.0) - LEFT).abs() < 1e-9);
        assert!((scale.place(1.0, 1.0) - (WIDTH - RIGHT)).abs() < 1e-9);
        let rows = [Row {
            label: "a < b".into(),
            values: vec![Some(0.01), None],
            at_least: Vec::new(),
        }];
        let svg = bars(
            "t",
            &[("ours", "#000"), ("theirs", "#fff")],
            &rows,
            scale,
            Some((0.01, "alpha")),
        );
        let x = LEFT + (WIDTH - LEFT - RIGHT) / 3.0;
        assert!(svg.contains(&format!("width=\"{:.1}\"", x - LEFT)), "{svg}");
        assert!(
            svg.contains(&format!("x1=\"{x:.1}\"")) && svg.contains("a &lt; b"),
            "{svg}"
        );
    }
}
