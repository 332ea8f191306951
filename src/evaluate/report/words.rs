//! Words of figures and reports: English in the code, other languages by table.

use std::fmt::Display;

/// Language of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Simplified Chinese.
    Chinese,
}

impl Language {
    /// By its tag, such as `zh-CN`; English where it is not known.
    pub fn of(tag: &str) -> Self {
        if tag.starts_with("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }

    /// A text with `{0}`, `{1}`, … replaced.
    pub(super) fn say(self, english: &'static str, values: &[&dyn Display]) -> String {
        let found = CHINESE.iter().find(|(key, _)| *key == english);
        let mut text = match (self, found) {
            (Self::Chinese, Some((_, chinese))) => (*chinese).to_string(),
            _ => english.to_string(),
        };
        for (i, value) in values.iter().enumerate() {
            text = text.replace(&format!("{{{i}}}"), &value.to_string());
        }
        text
    }
}

/// English and Chinese.
const CHINESE: &[(&str, &str)] = &[
    ("Mean accuracy, %, by setting and rule", "各设置与规则的平均准确率（%）"),
    ("rule", "规则"),
    ("The hardest setting for evidence (ours): {0}, {1} %.", "证据规则（本项目）最难的设置：{0}，{1} %。"),
    ("accuracy, %", "准确率，%"),
    ("Accuracy by heterogeneity index, mean ± standard deviation", "准确率与异质性指数（均值 ± 标准差）"),
    ("heterogeneity index: fewest classes a collaborator holds", "异质性指数：协作方至少持有的类别数"),
    ("At index 2: il {0} %, mv {1} %, wdv {2} %, evidence {3} % (published: 55, 71-79 and 97 % for the first three).", "指数为 2 时：il {0} %，mv {1} %，wdv {2} %，evidence {3} %（论文前三者为 55、71-79 和 97 %）。"),
    ("Mean accuracy, %, with exact numbers of classes", "类别数固定时的平均准确率（%）"),
    ("collaborator {0}", "协作方 {0}"),
    ("One run of many: run {0} of seed {4} at index {1}, the one with the best majority vote ({2} %); n = {3} batteries to sort.", "多次运行之一：种子 {4}、指数 {1} 的第 {0} 次运行，多数投票最佳（{2} %）；待分选电池 n = {3} 只。"),
    ("class", "类别"),
    ("Rows dealt to each collaborator by class", "各协作方按类别分得的样本行数"),
    ("Who holds what in the run with the best majority vote.", "多数投票最佳的一次运行中各方持有的数据。"),
    ("Flow of rows from collaborators to classes", "样本从协作方到类别的流向"),
    ("rows", "行"),
    ("The rarest class has {0} holders among {1}.", "最稀少的类别在 {1} 个协作方中有 {0} 个持有者。"),
    ("Right answers by true class, %", "各真实类别的正确率（%）"),
    ("Class by class in the run with the best majority vote.", "多数投票最佳的一次运行中各类别的结果。"),
    ("Each collaborator's own accuracy, %", "各协作方单独的准确率（%）"),
    ("{0}, {1} classes", "{0}，{1} 个类别"),
    ("The best collaborator alone is right in {0} %, all together under evidence in {1} %.", "最好的单个协作方正确率为 {0} %，全体按证据规则为 {1} %。"),
    ("Rows dealt in the run with the best majority vote", "多数投票最佳的一次运行中分得的行数"),
    ("{0}: {1} % of {2} answers are right.", "{0}：{2} 个答案中 {1} % 正确。"),
    ("Most often mistaken: {0} for {1} ({2} %).", "最常见的误判：{0} 被判为 {1}（{2} %）。"),
    ("Confusion under {0}, % of each true class", "{0} 的混淆矩阵（占各真实类别的 %）"),
    ("decided class", "判定类别"),
    ("true class", "真实类别"),
    ("Accuracy of the rules", "各规则的准确率"),
    ("With all classes everywhere: il {0} %, mv {1} %, wdv {2} %, evidence {3} %, pooled data {4} %.", "人人持有全部类别时：il {0} %，mv {1} %，wdv {2} %，evidence {3} %，数据汇总 {4} %。"),
    ("Winning probability under {0}", "{0} 的获胜概率"),
    ("probability of the decided class, in bins of 0.05", "判定类别的概率（每格 0.05）"),
    ("share of decisions, %", "判定占比，%"),
    ("{0}: mean winning probability {1} where right, {2} where wrong.", "{0}：判对时平均获胜概率 {1}，判错时 {2}。"),
    ("right", "正确"),
    ("wrong", "错误"),
    ("Mean and standard deviation over {0} collaborators of all runs; out-of-bag rows.", "所有运行中 {0} 个协作方的均值与标准差；袋外样本。"),
    ("Permutation importance of the features", "特征的置换重要性"),
    ("rise of the out-of-bag error when permuted, percentage points", "置换后袋外误差的上升，百分点"),
    ("Most telling features: {0}; where features say the same, each alone matters little.", "最有用的特征：{0}；若多个特征信息相同，单个特征的重要性就小。"),
    ("Rise of the out-of-bag error, percentage points", "袋外误差的上升（百分点）"),
    ("feature", "特征"),
    ("mean", "均值"),
    ("standard deviation", "标准差"),
    ("votes lost, % (each becomes a uniform guess)", "丢失的选票，%（每张变为均匀猜测）"),
    ("Accuracy with lost votes at index {0}, mean ± standard deviation", "指数 {0} 时丢失选票的准确率（均值 ± 标准差）"),
    ("At index {0}, 10 % of votes lost cost il {1}, mv {2}, wdv {3} and evidence {4} points.", "指数 {0} 时丢失 10 % 选票使 il、mv、wdv、evidence 分别下降 {1}、{2}、{3}、{4} 个百分点。"),
    ("Mean accuracy, %, under {0}", "{0} 的平均准确率（%）"),
    ("heterogeneity index", "异质性指数"),
    ("{0}: index by share of lost votes.", "{0}：指数与丢失选票比例。"),
    ("noise-to-signal ratio of the collaborators' rows, %", "协作方样本的噪信比，%"),
    ("Accuracy under noise, mean ± standard deviation", "噪声下的准确率（均值 ± 标准差）"),
    ("floor of the privacy budget", "隐私预算的下限"),
    ("At {0} % noise: il {1} %, mv {2} %, wdv {3} %, evidence {4} %. This noise is not differential privacy.", "噪声 {0} % 时：il {1} %，mv {2} %，wdv {3} %，evidence {4} %。此噪声不是差分隐私。"),
    ("Distribution of the accuracy under noise", "噪声下准确率的分布"),
    ("Boxes: quartiles and median; whiskers: extremes; dots: means.", "箱：四分位数与中位数；须：极值；点：均值。"),
    ("all classes", "所有类别"),
    ("Privacy budget at 90 % accuracy: il {0}, mv {1}, wdv {2}, evidence {3} (published: 4, 6, 10 % for the first three).", "准确率 90 % 时的隐私预算：il {0}，mv {1}，wdv {2}，evidence {3}（论文前三者为 4、6、10 %）。"),
    ("Privacy budget: most NSR, %, with at least 90 % right; blank: not even without noise; 10: or more", "隐私预算：正确率不低于 90 % 时的最大噪信比（%）；空白：无噪声也达不到；10：或更高"),
    ("Privacy budget, NSR in %", "隐私预算，噪信比（%）"),
    ("target", "目标"),
    ("{0} classes each", "每方 {0} 个类别"),
    ("Accuracy of evidence (ours) by number of collaborators, {0} rows per class held", "证据规则（本项目）的准确率与协作方数量，每个持有类别 {0} 行"),
    ("collaborators", "协作方数量"),
    ("{0} with {1} classes each", "{0} 个（每方 {1} 个类别）"),
    ("Fewest collaborators for {0} %, {1} rows per class held: {2}.", "达到 {0} % 所需的最少协作方，每个持有类别 {1} 行：{2}。"),
    ("{0} rows per class", "每类 {0} 行"),
    ("Fewest collaborators for {0} % under {1}; blank: not reached with {2}", "{1} 达到 {0} % 所需的最少协作方；空白：{2} 个仍未达到"),
    ("rows a collaborator has of each class it holds", "协作方每个持有类别的行数"),
    ("{0}: mean accuracy over runs; numbers tried: {1}.", "{0}：各次运行的平均准确率；尝试的数量：{1}。"),
    ("evidence (ours)", "证据（本项目）"),
    ("pooled data", "数据汇总"),
    ("n = {0} runs per point; J = {1} trees, S = {2} rows per class; seed {3}.", "每点 n = {0} 次运行；J = {1} 棵树，每类 S = {2} 行；种子 {3}。"),
    ("n = {0} runs per point; {1} collaborators with {2} to {3} rows; J = {4} trees, S = {5} rows per class; seed {6}.", "每点 n = {0} 次运行；{1} 个协作方，各 {2} 至 {3} 行；J = {4} 棵树，每类 S = {5} 行；种子 {6}。"),
    ("n = {0} runs per point; batteries parted by {1}; J = {2} trees, S = {3} rows per class; seed {4}.", "每点 n = {0} 次运行；电池按 {1} 划分；J = {2} 棵树，每类 S = {3} 行；种子 {4}。"),
    ("Split: leak-free (by physical battery before any copy is made).", "划分：leak-free（先按实体电池划分，再复制样本）。"),
    ("Split: as-published (after copies are made: a row can be in training and test, which flatters).", "划分：as-published（复制之后才划分：同一行可同时在训练与测试中，结果偏乐观）。"),
    ("Every battery belongs to one collaborator.", "每只电池只属于一个协作方。"),
    ("Data: {0}; {1} rows of {2} batteries, {3} classes, {4} features.", "数据：{0}；{2} 只电池的 {1} 行，{3} 个类别，{4} 个特征。"),
    ("Accuracy, %, mean ± standard deviation over runs", "准确率（%），各次运行的均值 ± 标准差"),
    ("setting", "设置"),
    ("rows after augmentation (as published)", "增广后的样本（与论文相同）"),
    ("own rows, not augmented", "自有样本，未增广"),
    ("Mean over the collaborators of a run; band: standard deviation over runs. Copies of a row are in and out of bag after augmentation, which flatters.", "一次运行中各协作方的均值；色带：各次运行的标准差。增广后同一行的副本同时在袋内与袋外，结果偏乐观。"),
    ("Out-of-bag error by number of trees", "袋外误差与树的数量"),
    ("trees", "树的数量"),
    ("out-of-bag error, %", "袋外误差，%"),
    ("The error is within half a point of its end from {0} trees on for augmented rows, from {1} for the own rows.", "增广样本从 {0} 棵树起、自有样本从 {1} 棵树起，误差与最终值相差不超过半个百分点。"),
    ("Out-of-bag error, %, mean ± standard deviation over runs", "袋外误差（%），各次运行的均值 ± 标准差"),
    ("Every collaborator holds all classes", "每个协作方持有全部类别"),
    ("Collaborators that hold some classes only", "协作方只持有部分类别"),
    ("Noise and privacy budget", "噪声与隐私预算"),
    ("Lost votes", "丢失的选票"),
    ("Importance of features", "特征的重要性"),
    ("Number of trees", "树的数量"),
    ("How many collaborators are needed", "需要多少协作方"),
    ("Dishonest collaborators", "不诚实的协作方"),
    ("Batteries of a class that nobody holds", "无人持有的类别的电池"),
    ("Whether stated confidences come true", "所述置信度是否属实"),
    ("Shares and AUROC, %, mean ± standard deviation over runs", "比例与 AUROC（%），各次运行的均值 ± 标准差"),
    ("Expected calibration error, %, mean ± standard deviation over runs", "期望校准误差（%），各次运行的均值 ± 标准差"),
    ("Warnings of a class that nobody holds, %", "对无人持有类别的警告（%）"),
    ("At index 2, {0} % of the batteries of a class that nobody holds are flagged, and {1} % of the others.", "指数为 2 时，无人持有类别的电池有 {0} % 被标出，其余电池有 {1} %。"),
    ("unknown batteries flagged", "被标出的未知电池"),
    ("known batteries flagged", "被标出的已知电池"),
    ("Flagged batteries by the limit of evidence, index 2", "按证据阈值标出的电池，指数 2"),
    ("limit, levels of evidence", "阈值，证据等级"),
    ("flagged, %", "被标出，%"),
    ("A higher limit flags more of both; the default follows the query.", "阈值越高，两类电池被标出的越多；默认值随查询而定。"),
    ("Expected calibration error, %, by setting and rule", "各设置与规则的期望校准误差（%）"),
    ("Evidence (ours) misses its stated confidence by at most {0} points on average; a single run has few decisions per bin, which makes errors look larger.", "证据规则（本项目）与所述置信度平均最多相差 {0} 个百分点；单次运行每格判定很少，误差因此显得偏大。"),
];

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCES: [&str; 10] = [
        include_str!("attacks.rs"),
        include_str!("heterogeneity.rs"),
        include_str!("homogeneous.rs"),
        include_str!("importance.rs"),
        include_str!("loss.rs"),
        include_str!("noise.rs"),
        include_str!("planning.rs"),
        include_str!("sheet.rs"),
        include_str!("trees.rs"),
        include_str!("unknown.rs"),
    ];

    /// Whatever a report says in English it can say in Chinese, with the same values.
    #[test]
    fn every_text_has_its_chinese() {
        let mut n = 0;
        for source in SOURCES {
            for part in source.split("say(").skip(1) {
                let text = part
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|p| p.split_once('"'));
                let Some((text, _)) = text else { continue };
                assert!(
                    CHINESE.iter().any(|(key, _)| *key == text),
                    "no Chinese: {text}"
                );
                n += 1;
            }
        }
        assert!(n > 80, "the texts were not found");
        for (english, chinese) in CHINESE {
            for i in 0..8 {
                let value = format!("{{{i}}}");
                assert_eq!(
                    english.contains(&value),
                    chinese.contains(&value),
                    "{english}"
                );
            }
        }
    }

    #[test]
    fn values_are_filled_in() {
        let say = |language: Language| language.say("{0}, {1} classes", &[&"a", &3]);
        assert_eq!(say(Language::English), "a, 3 classes");
        assert_eq!(say(Language::of("zh-CN")), "a，3 个类别");
        assert_eq!(Language::of("fr").say("mean", &[]), "mean");
    }
}
