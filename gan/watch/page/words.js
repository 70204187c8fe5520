// The words of the page of gan watch, in English and Chinese. The other scripts use them.
'use strict';

// An age in the unit that suits it; `units`: the words after seconds, minutes and hours.
function ageIn(units, seconds) {
  if (seconds < 120) return `${seconds} ${units[0]}`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} ${units[1]}`;
  return `${Math.round(seconds / 3600)} ${units[2]}`;
}

const WORDS = {
  en: {
    runs: 'Runs', curves: 'Curves', samples: 'Samples', findings: 'What was found', settings: 'Settings that differ',
    log: 'Pages and log', nearest: 'beside their nearest training examples', newest: 'the newest lines of metrics.jsonl',
    zoom: 'Drag over a chart to zoom. A dashed line marks a finding.', whole: 'Whole length', play: 'Play',
    lost: 'no answer from gan watch; this page tries again', live: 'up to date',
    closed: 'gan watch was started anew, or too many pages are open: open the address that it prints',
    nothing: 'nothing was found', alike: 'All settings are the same.', one: 'Choose two runs to see what differs.',
    none: 'There is no run here yet.', noSamples: 'no picture yet', first: 'First step', last: 'Last step',
    step: n => `step ${n}`, since: (from, to) => `from step ${from}` + (to === null ? '' : ` to ${to}`),
    ago: seconds => ageIn(['s ago', 'min ago', 'h ago'], seconds),
    groups: {
      losses: 'Losses. When one side wins, its loss falls and the other one rises.',
      answers: 'What D says of real data, D(x), and of samples, D(G(z)). At 0.5 it cannot tell.',
      gradients: 'Size of the gradients. Zero: nothing is learned; growth without end: the training diverges.',
      dead: 'Share of units that never fire.',
      scores: 'Scores on held-out data', modes: 'Modes of the data that samples show',
      doctor: 'What the doctor measures', others: 'Other numbers',
    },
  },
  zh: {
    runs: '训练', curves: '曲线', samples: '样本', findings: '发现的问题', settings: '不同的设置',
    log: '页面与日志', nearest: '与最近的训练样本并排', newest: 'metrics.jsonl 的最后几行',
    zoom: '在图上拖动可放大。虚线标出发现的问题。', whole: '显示全程', play: '播放',
    lost: 'gan watch 没有回应，页面会自动重试', live: '已是最新', nothing: '没有发现问题',
    alike: '所有设置都相同。', one: '选择两次训练，即可比较设置。', none: '这里还没有训练。',
    closed: 'gan watch 已重新启动，或打开的页面太多：请打开它打印的地址', first: '起始步', last: '结束步',
    noSamples: '还没有图片', step: n => `第 ${n} 步`,
    since: (from, to) => to === null ? `从第 ${from} 步起` : `从第 ${from} 步到第 ${to} 步`,
    ago: seconds => ageIn(['秒前', '分钟前', '小时前'], seconds),
    groups: {
      losses: '损失。一方占上风时，它的损失下降，另一方的损失上升。',
      answers: 'D 对真实数据的判断 D(x) 和对样本的判断 D(G(z))。0.5 表示分辨不出。',
      gradients: '梯度的大小。为零：什么也学不到；不断增长：训练发散。',
      dead: '从不激活的单元所占比例。',
      scores: '在留出数据上的得分', modes: '样本覆盖的数据模式', doctor: '训练诊断的测量值', others: '其他数值',
    },
  },
};
let language = navigator.language.startsWith('zh') ? 'zh' : 'en';
const word = key => WORDS[language][key];
const numeral = number => number.toLocaleString(language);
