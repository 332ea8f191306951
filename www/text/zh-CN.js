// 简体中文。键与其他语言相同（有测试检查）。
export default {
  'language.other': 'English', 'theme.auto': '主题：自动', 'theme.light': '主题：浅色', 'theme.dark': '主题：深色',
  skip: '跳到正文', pages: '页面', steps: '步骤', cancel: '取消', close: '关闭', undo: '撤销', undone: '已撤销。',
  'choose-file': '选择文件', 'choose-files': '选择文件', 'choose-folder': '选择文件夹',
  'nav.collaborate': '我有已标注的电池', 'nav.recycle': '我要分选电池', 'nav.verify': '核对回执',
  'title.collaborate': 'VoltVote：参与一轮投票', 'title.recycle': 'VoltVote：分选电池', 'title.verify': 'VoltVote：核对回执',
  'title.collaborate.h1': '帮助分选电池，数据不出本机', 'title.recycle.h1': '凭各方投票分选退役电池', 'title.verify.h1': '我的选票计入了吗？',
  'lead.collaborate': '载入一轮投票，放入自己的测试文件，交回一张密封的选票。原始数据始终留在本机。',
  'lead.recycle': '把现场测试变成一轮投票，收集密封的选票，得到每只电池的类别。没有人需要交出数据。',
  'lead.verify': '将回执与回收方公布的公告板核对。',
  'state.todo': '稍后', 'state.ready': '当前步骤', 'state.busy': '进行中…', 'state.done': '完成', 'state.attention': '需要查看',
  'draft.restored': '已恢复上次的工作。如需重新计算曲线，请再次放入原始文件。',

  // 协作方
  c1: '投票轮次', 'c1.intro': '回收方发来轮次文件，其中说明要分选哪些电池、有哪些类别，以及谁能读到你的投票。',
  'c1.drop': '把轮次文件拖到这里（名称.round.json）。', 'c1.demo': '用模拟电池试一试',
  c2: '你的文件', 'c2.intro': '已知化学体系的电池的原始测试文件：Battery Archive、BDF、Arbin、新威、BioLogic、Maccor 等。文件只在此浏览器内读取，不离开本机。manifest.csv（file, cell_id, cathode）给出各电池的名称。',
  'c2.drop': '把文件或整个文件夹拖到这里。',
  c3: '检查电池', 'c3.intro': '每只电池一行：所用循环（最近一次完整充放电）、容量、健康状态和标签。展开一行可看曲线和导入报告。',
  c4: '训练', 'c4.intro': '随机森林在本机上用你的电池学习。模型好坏，你最先看到。',
  c5: '什么会离开本机', 'c5.intro': '完整选票的明文，逐项列出。除此之外什么都不离开：没有电压、电流、特征，也没有模型。',
  c6: '保存密封的选票', 'c6.intro': '选票用你的密钥签名，并加密给回收方。你把它存成文件，用任意方式发送。凭回执可在日后核对它是否计入。',
  'step.files': '{n} 只电池', 'step.cells': '全部已标注', 'step.cells-problems': '{n} 只需查看', 'step.needs-round': '需先载入轮次', 'step.train': '正确率 {accuracy}',
  'step.ballots': '已有 {n}，需 {quorum}', 'step.decided': '已判定 {n} 只',

  // 回收方
  'r0.demo': '用模拟电池演示',
  r1: '你的密钥', 'r1.intro': '密钥用于给轮次签名、打开收回的选票。私钥不离开此浏览器，除非你另存有口令保护的备份。',
  r2: '待分选的电池', 'r2.intro': '退役电池的现场测试文件，每只一次完整充放电。它们被转成特征行，供协作方投票。',
  r3: '发起投票', 'r3.intro': '给轮次命名，列出类别，设定截止时间和最低票数。把签名后的轮次文件发给协作方。要继续先前的轮次，请载入其文件。', 'r3.drop': '或继续一个轮次：把它的文件拖到这里。',
  r4: '选票', 'r4.intro': '收到选票就放进来。每张都会被打开、检查，并列出来自谁；被拒绝的会说明原因。', 'r4.drop': '把选票文件拖到这里（名称.ballot.json）。',
  r5: '判定', 'r5.intro': '每只电池一行：类别、把握和领先幅度。展开一行可看谁投了什么、权重多少。',
  r6: '保存结果', 'r6.intro': '判定结果可存为 CSV 或 JSON，也可打印本页。',

  // 核对
  v1: '你的回执', 'v1.intro': '放入与选票一起保存的回执、回收方公布的公告板和轮次文件。核对不需要任何人协助。', 'v1.drop': '把回执、公告板和轮次文件拖到这里，可一起或逐个放入。',
  'verify.receipt': '回执', 'verify.board': '公告板', 'verify.round': '轮次', 'verify.missing': '尚未提供',
  'verify.accepted': '已计入：你的选票在签名的公告板上。', 'verify.rejected': '未计入：回收方将你的选票列为无效。', 'verify.superseded': '已被替代：同一密钥的后一张选票被计入。', 'verify.absent': '不在公告板上：请询问回收方，并保留回执。',
  'verify.signed': '签名时间：{when}。', 'verify.means': '公告板由该轮次的密钥签名，每一项都与前一项相链，因此无法悄悄去掉任何一项。',

  // 自检
  'selftest.title': '此页面能向外发送数据吗？', 'selftest.intro': '页面策略禁止一切连接。可以试试：页面会用各种方式尝试对外连接，并显示浏览器的回应。', 'selftest.run': '尝试发送', 'selftest.running': '正在尝试…',
  'selftest.limits': '任何页面策略都管不到的：浏览器扩展、你自己点击的链接，以及 WebRTC；本页面不使用 WebRTC（有测试检查其文本）。',
  'selftest.ok': '浏览器依据本页策略拒绝了每一次尝试。', 'selftest.warn': '没有数据发出，但并非每次都由策略阻止。这是打包后的页面吗？', 'selftest.bad': '有一次尝试成功了。请勿用这份页面处理机密数据。',
  'selftest.policy': '被策略拒绝', 'selftest.failed': '因其他原因失败', 'selftest.reached': '成功发出', 'selftest.worker': '工作线程中的 fetch',

  // 模拟
  'simulated.word': '模拟', 'simulated.files': '这些是模拟电池，并非实测。', 'simulated.round': '演示轮次：电池为模拟，密钥用后即弃。', 'simulated.result': '电池和协作方均为模拟：只说明如何运作，不代表在你的电池上的效果。', 'simulated.demo': '演示：电池、协作方和密钥均为模拟，不会保留。',
  'demo.title': '开始演示？', 'demo.replaces': '页面上现有的内容将被替换。', 'demo.go': '开始演示', 'demo.making': '正在模拟电池…', 'demo.reading': '正在读取现场测试…', 'demo.voting': '协作方 {n}/{total} 正在训练和投票…', 'demo.round-name': '演示轮次（模拟）', 'demo.recycler': '演示回收方', 'demo.collaborator': '实验室 {n}（模拟）',

  // 读取文件
  'read.progress': '{done}/{total} 个文件 · {bytes}/{all} · {rate}/秒', 'read.left': '约剩 {n} 秒', 'read.done': '已读取 {n} 个文件。', 'read.cells': '找到 {n} 只电池。', 'read.manifest': '标签来自 {name}。',
  'read.refused': '{n} 个文件无法使用：', 'read.refused-more': '另有 {n} 个，见导入报告',
  'report.title': '导入报告', 'report.ok': '无异常', 'report.warning': '有发现', 'report.error': '未使用', 'report.columns': '列与单位', 'report.column': '表头', 'report.role': '识别为', 'report.unit': '单位',
  'report.findings': '发现与修复', 'report.finding': '发现', 'report.count': '条目', 'report.rows': '行', 'report.clean': '无需修复。', 'report.cycles': '各循环及判断', 'report.why': '判断', 'report.of': '{name} 的导入报告',
  'report.copy': '复制诊断信息（不含任何测量值）', 'report.copied': '诊断信息已复制：表头、形状和发现，不含测量值。', 'report.not-copied': '浏览器不允许复制。',
  'report.fact.encoding': '编码', 'report.fact.dialect': '格式', 'report.fact.separator': '分隔符', 'report.fact.decimal': '小数点', 'report.fact.n_rows': '行数', 'report.fact.sign': '电流符号', 'report.fact.clock': '时钟', 'report.fact.cycles': '循环编号', 'report.fact.capacity_check': '容量核对', 'report.fact.file': '文件', 'report.fact.header_row': '表头所在行',
  'cycle.wanted': '所用循环', 'cycle.full': '完整', 'cycle.partial': '不完整', 'cycle.formation': '化成', 'cycle.empty': '空',

  // 电池
  'cells.caption': '{n} 只电池', 'cells.filter': '查找', 'cells.show': '显示', 'cells.only.all': '全部', 'cells.only.problem': '有问题的', 'cells.only.unlabelled': '没有本轮类别的', 'cells.tools': '批量编辑电池',
  'cells.select': '选择 {name}', 'cells.select-all': '选择全部所示', 'cells.selected': '已选 {n} 只', 'cells.selected-none': '选择若干行可批量编辑', 'cells.bulk-label': '标签', 'cells.apply-label': '设置标签', 'cells.bulk-nominal': '标称容量（Ah）', 'cells.apply-nominal': '设置标称容量', 'cells.remove': '移除',
  'cells.labelled': '{n} 只已标为 {label}。', 'cells.removed': '已移除 {n} 只。', 'cells.nominal-set': '{n} 只的标称容量设为 {ah} Ah，特征已重新计算。', 'cells.nominal-again': '有 {n} 只需要原始文件：请再次放入。', 'cells.label-of': '{name} 的标签', 'cells.label-none': '无标签', 'cells.per-class': '各类电池数', 'cells.unlabelled': '{n} 只没有本轮类别',
  'cell.id': '电池', 'cell.curve': '充电、放电', 'cell.cycle': '循环', 'cell.capacity': '放电 Ah', 'cell.nominal': '标称 Ah', 'cell.soh': 'SOH', 'cell.label': '标签', 'cell.state': '状态', 'cell.ok': '可用',
  'label.manifest': '来自清单', 'label.folder': '来自文件夹', 'label.name': '来自文件名', 'problem.no-label': '无标签', 'problem.unknown-label': '“{label}”不是本轮的类别', 'problem.not-retired': '未退役：SOH 高于阈值', 'problem.no-nominal': '标称容量未知：请选中并输入',
  'table.details': '{name} 的详情', 'table.more': '详情', 'table.pages': '表格分页', 'table.prev': '上一页', 'table.next': '下一页', 'table.page': '第 {from}–{to} 项，共 {of} 项', 'table.show-all': '显示全部 {n} 项',
  'chart.numbers': '此图的数值', 'curve.vq': '电压随电量变化', 'curve.dqdv': 'dQ/dV 随电压变化', 'curve.charge': '充电', 'curve.discharge': '放电', 'curve.spark': '曲线在 {low} 至 {high} V 之间',
  'curve.vq.caption': '在 {low} 至 {high} V 之间充入 {charge} Ah，放出 {discharge} Ah。', 'curve.dqdv.caption': '最高峰：充电在 {charge} V，放电在 {discharge} V。', 'axis.q': 'Q / Ah', 'axis.v': 'V / V', 'axis.dqdv': 'dQ/dV',

  // 轮次
  'round.name': '轮次', 'round.recycler': '回收方', 'round.words': '指纹词', 'round.words-help': '可在电话里比对：词相同，密钥就相同。', 'round.deadline': '截止时间', 'round.no-deadline': '无', 'round.batteries': '待分选电池', 'round.asks': '询问内容', 'round.asks-class': '每只的类别（{schema}）', 'round.asks-both': '每只的类别和健康状态（{schema}）', 'round.quorum': '最低票数', 'round.quorum-value': '少于 {n} 张选票不出结果', 'round.roster': '谁可投票', 'round.roster-value': '名单上 {n} 个密钥', 'round.roster-open': '任何持有该文件的人', 'round.classes': '{n} 个类别', 'round.technical': '技术细节', 'round.hash': '轮次的 SHA-256', 'round.created': '创建时间', 'round.software': '软件', 'round.trees': '每个协作方的树数',
  'round.loaded': '已载入轮次 {name}。', 'round.start-over': '重新开始', 'round.start-over-ask': '将从本页移除轮次、文件和标签。密钥保留。', 'round.start-over-ask-recycler': '将从本页移除轮次、电池和选票。请先保存轮次文件。密钥保留。',
  'schema.cycle-30/1': '一次完整循环的 30 个特征', 'schema.pulse-21/1': '脉冲测试的 21 个特征',
  'check.signature': '由所示密钥签名，未被改动。', 'check.open-now': '可以投票。', 'check.expired': '已过截止时间：现在签名的选票算迟到。', 'check.quorum': '最低票数 {quorum} 可保护单张选票。', 'check.low-quorum': '最低票数仅 {quorum}：你的投票可能被单独看出。', 'check.roster-open': '开放轮次：任何人可投票。', 'check.roster-member': '你的密钥在名单上。', 'check.roster-unknown': '你的密钥不在名单上：回收方不会计入你的选票。', 'check.closed': '已过截止时间；之后的选票不计入。', 'check.mine': '由你的密钥签名。', 'check.not-mine': '由他人的密钥签名：你无法打开它的选票。',
  'check.screen-clean': '询问的电池看起来像实测。', 

  // 训练
  'hindrance.no-round': '请先载入轮次：其中说明有哪些类别。', 'hindrance.no-cells': '请先放入你的电池文件。', 'hindrance.still-reading': '文件仍在读取。', 'hindrance.few-classes': '至少需要本轮的两个类别；你的标签有 {n} 个。', 'hindrance.few-batteries': '类别 {class} 只有一只电池，需要两只。请补充一只，或去掉它的标签。',
  'train.go': '用 {n} 只电池训练', 'train.again': '重新训练', 'train.settings': '设置', 'train.nsr': '加入噪声，% NSR', 'train.nsr-help': '噪声功率与信号功率之比，加到训练数据上。它使投票变模糊，但不是差分隐私。', 'train.seed': '种子', 'train.seed-help': '相同的数据和种子得到逐字节相同的选票。', 'train.trees': '树数', 'train.trees-help': '由轮次规定。',
  'train.phase.start': '准备中…', 'train.phase.augment': '增广中…', 'train.phase.trees': '生成树：{done}/{total}', 'train.phase.importance': '特征重要性：{done}/{total}', 'train.phase.vote': '投票：{done}/{total}', 'train.phase.distance': '距离：{done}/{total}',
  'train.cancelled': '训练已取消，没有丢失任何内容。', 'train.done': '训练完成。未见过的电池正确率 {accuracy}。', 'train.stale': '此后电池、标签或设置有变：密封前请重新训练。',
  'quality.held-out': '正确率（未参与训练的电池）', 'quality.accuracy': '正确率（树未见过的数据，袋外）', 'quality.batteries': '只电池，{classes} 个类别', 'quality.rows': '增广后的训练行', 'quality.good': '你的电池能很好地区分这些类别。', 'quality.fair': '大体正确。请看混淆之处：常因标签有误。', 'quality.poor': '模型把握不大。投票前请检查标签和曲线；回收方会给投票加权，但无法修正它们。',
  'quality.confusion-worst': '最常见的错误：{truth} 被当成 {predicted}（{n} 次）。', 'quality.confusion-none': '没有类别被混淆。', 'quality.importance': '{first} 和 {second} 最重要：打乱它们时错误上升。', 'quality.feature': '特征', 'quality.rise': '错误上升',
  'confusion.corner': '真实 ↓ 投票 →', 'confusion.total': '合计', 'confusion.recall': '正确',

  // 什么会离开
  'leaves.not-yet': '请先训练，随后选票明文显示在此。', 'leaves.stays': '原始数据，留在本机', 'leaves.goes': '选票，离开本机', 'leaves.share': '选票是原始数据的 {share}。', 'leaves.share-large': '选票大小取决于所问的电池数，与你的数据量无关。', 'leaves.fields': '全部字段', 'leaves.fields-caption': '共 {n} 个字段，别无其他', 'leaves.field': '字段', 'leaves.value': '值', 'leaves.meaning': '告诉回收方什么', 'leaves.rows-value': '{n} 行，每行 {held} 个类别', 'leaves.votes': '你的投票', 'leaves.votes-caption': '{n} 只电池；{trees} 棵树中投给各类的棵数', 'leaves.abstain': '弃权', 'leaves.familiarity': '熟悉度 0–15', 'leaves.evidence': '证据 0–15', 'leaves.raw': '被签名的原始字节', 'leaves.raw-help': '规范 JSON，签名和加密之前。', 'leaves.raw-save': '保存明文',
  'ballot.format': '选票格式版本。', 'ballot.round': '轮次指纹：选票只对“{round}”有效。', 'ballot.query': '所问电池的指纹。', 'ballot.roster': '投票人名单的指纹。', 'ballot.recipient': '唯一能打开它的密钥的指纹。', 'ballot.software': '生成选票的软件版本。', 'ballot.n_trees': '参与投票的树数。', 'ballot.coverage': '你拥有的类别及各类电池数。', 'ballot.n_training_rows': '增广后的行数。', 'ballot.nsr': '你加入的噪声。', 'ballot.distance': '你的电池与所问电池的距离（Wasserstein，q = 1 / 2）：两个数。', 'ballot.epsilon': '随机应答：每只电池的 ε。', 'ballot.rows': '每只电池的投票、熟悉度和证据，见下。',
  'privacy.title': '隐私标签（由此选票算出）', 'privacy.readers': '谁能读', 'privacy.readers-value': '{name}，凭该轮次的私钥', 'privacy.labels': '公开的投票', 'privacy.labels-value': '{n} 只电池', 'privacy.bits': '信息量', 'privacy.bits-value': '每只至多 {each} 比特，合计 {n}', 'privacy.nsr': '噪声', 'privacy.nsr-on': '{nsr} NSR（不是差分隐私）', 'privacy.nsr-off': '无', 'privacy.epsilon': '随机应答', 'privacy.epsilon-on': '每只 ε = {each}，合计 {all}', 'privacy.epsilon-off': '关闭', 'privacy.stays': '留在本机', 'privacy.stays-value': '曲线、特征、模型、电池名称',

  // 身份
  'identity.none.collaborator': '此浏览器中还没有你的密钥。它用于给选票签名。', 'identity.none.recycler': '此浏览器中还没有你的密钥。它用于给轮次签名、打开选票。', 'identity.choose': '密钥', 'identity.name': '名称', 'identity.words': '指纹词', 'identity.kid': '密钥', 'identity.created': '创建时间', 'identity.not-backed-up': '未备份：浏览器一旦清除存储，密钥就会丢失。',
  'identity.create': '新建密钥', 'identity.restore': '恢复备份', 'identity.public': '保存公钥', 'identity.check': '检查密钥', 'identity.destroy': '销毁密钥', 'identity.your-name': '你的名称或实验室', 'identity.name-help': '回收方会在选票上看到它。', 'identity.passphrase': '口令', 'identity.passphrase-help': '至少 8 个字符。备份文件会随密钥保存。留空：现在和以后都没有备份。', 'identity.again': '再次输入口令', 'identity.differ': '两次口令不同。', 'identity.make': '生成密钥', 'identity.making': '正在生成两个 RSA-3072 密钥…', 'identity.made': '{name} 的密钥已生成，无备份。', 'identity.made-backup': '{name} 的密钥已生成，备份已保存。请将文件与口令分开保管。', 'identity.file': '备份文件（名称.identity.json）', 'identity.restoring': '正在打开备份…', 'identity.checking': '正在签名并解密测试消息…', 'identity.works': '密钥可以签名和解密。', 'identity.destroy-ask': '将从此浏览器移除 {name} 的密钥。此后密封给它的选票只能凭备份打开。',

  // 密封
  'save.not-yet': '请先训练，随后可密封选票。', 'save.no-identity': '请在上方新建或恢复密钥，再密封选票。', 'save.seal': '签名并密封选票', 'save.seal-again': '重新密封', 'save.sealing': '正在密封…', 'save.done': '已密封。', 'save.done-detail': '{size}；只有 {name} 能打开。', 'save.fingerprint': '选票指纹（SHA-256）', 'save.ballot': '保存选票', 'save.receipt': '保存回执', 'save.next': '用邮件或任何方式发送选票。请保留回执：凭它可核对选票是否计入。', 'save.answered': '你曾参与此轮（{when}）。每个密钥只计最后一张选票。',

  // 发起轮次
  'open.name': '轮次名称', 'open.deadline': '截止时间', 'open.deadline-help': '留空：直到你关闭为止。', 'open.quorum': '最低票数', 'open.quorum-help': '少于此数不出结果（至少 3）。', 'open.trees': '每个协作方的树数', 'open.trees-help': '论文用 10。', 'open.classes': '询问的类别', 'open.classes-help': '每行一个：正极材料（NMC）或来源与正极（NMC SNL）。现有 {n} 个。', 'open.more': '名单、对照电池、协议', 'open.roster': '有资格的协作方公钥', 'open.roster-help': '名称.public.json 文件。不选：开放轮次。', 'open.roster-bad': '{name} 中没有公钥。', 'open.clear': '清除', 'open.controls': '对照电池（CSV：cell_id, cathode）', 'open.controls-help': '你已知类别、混在其中的电池，用于看出各方是否可靠。留在本机。', 'open.controls-read': '{n} 只已知电池', 'open.controls-bad': '未找到对照电池：需要 cell_id 和 cathode 两列。', 'open.window': '移动中位数，条目', 'open.window-help': '论文用 20。', 'open.basis': 'dQ/dV 中的容量', 'open.basis.nominal': '相对标称容量', 'open.basis.ampere-hour': '以 Ah 计',
  'open.needs-key': '请先新建密钥。', 'open.needs-batteries': '请先放入现场测试文件。', 'open.needs-classes': '请至少写出两个类别。', 'open.needs-name': '请给轮次命名。', 'open.go': '签署含 {n} 只电池的轮次', 'open.busy': '正在签名…', 'open.done': '轮次 {name} 已签名。请保存并发给协作方。', 'open.save': '保存轮次文件', 'open.send': '{size} kB。可用邮件发给协作方，或放到网页上。', 'open.replace': '另起一轮', 'open.replace-ask': '本页上的选票将被移除。请先保存当前轮次文件。',

  // 选票
  'ballots.needs-round': '请先发起或载入轮次。', 'ballots.opening': '正在打开选票：{done}/{total}', 'ballots.counted': '{n} 张选票有效。', 'ballots.below-quorum': '还差 {n} 张达到最低票数 {quorum}。', 'ballots.quorum-met': '已达到最低票数 {quorum}。', 'ballots.rejected': '{n} 张被拒绝。', 'ballots.missing': '名单上 {n} 方尚未投票：', 'ballots.caption': '{n} 个文件', 'ballots.from': '来自', 'ballots.status': '状态', 'ballots.classes': '拥有', 'ballots.familiarity': '熟悉比例', 'ballots.signed': '签名时间', 'ballots.remove': '移除 {name} 的选票', 'ballots.removed': '已移除 {name} 的选票。', 'ballots.accepted-word': '计入', 'ballots.rejected-word': '拒绝', 'ballots.superseded-word': '被替代',

  // 判定
  'decide.below-quorum': '未达最低票数，不出结果：{n}/{quorum}。', 'decide.rule': '投票规则', 'decide.default': '默认', 'decide.compare': '比较全部规则', 'decide.compare-caption': '各规则并列，与“{rule}”比较', 'decide.agreement': '类别相同', 'decide.accuracy': '正确率', 'decide.truth': '与真值文件比较', 'decide.truth-again': '换一个真值文件', 'decide.truth-none': '{name} 中没有本轮电池及其类别。', 'decide.truth-read': '读到 {n} 只电池的真值。', 'decide.truth-caption': '已知类别的 {n} 只中 {accuracy} 正确。', 'decide.busy': '正在计票…', 'decide.done': '{of} 只电池中已判定 {n} 只。', 'decide.decided': '已判定', 'decide.lab': '未定：送实验室', 'decide.mean-confidence': '已判定的平均置信度', 'decide.ballots': '选票', 'decide.per-class': '各类已判定的电池', 'decide.find': '查找电池', 'decide.any': '任意', 'decide.caption': '{n} 只电池',
  'decision.battery': '电池', 'decision.class': '类别', 'decision.confidence': '置信度', 'decision.margin': '领先', 'decision.status': '状态', 'decision.truth': '真值', 'decision.none': '无', 'decision.all': '全部', 'decision.decided': '已判定', 'decision.undecided': '未定 → 实验室', 'decision.unknown': '无人熟悉 → 实验室', 'decision.wrong': '与真值不符', 
  'why.caption': '{n} 位投票人', 'why.votes': '各树投票', 'why.weight': '权重', 'why.turns': '单独可改变结果', 'level.cathode': '正极', 'level.family': '族', 'alarm.unfamiliar': '没有协作方熟悉这样的电池。',
  'rule.mv': '多数票', 'rule.mv.help': '每个协作方的每棵树同等计数。', 'rule.mv-n': '按数据量加权的多数票', 'rule.mv-n.help': '按训练数据量给投票加权。', 'rule.wdv': 'Wasserstein（按论文）', 'rule.wdv.help': '按协作方与所问电池的距离加权（Tao 等，2023）；距离远的权重大。', 'rule.wdv-reverse': 'Wasserstein，近者权重大', 'rule.wdv-reverse.help': '同论文，符号相反。', 'rule.wdv-local': '逐电池熟悉度', 'rule.wdv-local.help': '对每只电池，熟悉同类电池的一方权重大。', 'rule.coverage': '覆盖', 'rule.coverage.help': '某类的票数除以拥有该类的协作方数。', 'rule.abstain': '弃权', 'rule.abstain.help': '对与自己电池都不像的电池不投票。', 'rule.evidence': '证据', 'rule.evidence.help': '逐电池逐类别看它离该类电池有多近；平局由树决定。', 'rule.dawid-skene': '由对照估可靠性', 'rule.dawid-skene.help': '学习每个投票人的混淆矩阵，并借助对照电池。', 'rule.gold': '由对照定权重', 'rule.gold.help': '按投票人在对照电池上的正确率加权。', 'rule.il': '单个协作方', 'rule.il.help': '各协作方单独结果的平均，仅供评估。',
  'export.not-yet': '请先判定，随后可保存结果。', 'export.csv': '保存 CSV', 'export.json': '保存 JSON', 'export.print': '打印',
  'report.direction': '方向',
  'steps.caption': '标准化各步骤', 'steps.step': '步骤', 'steps.rows': '半循环的行数', 'steps.constant': '恒流行数（构成曲线）', 'steps.missing': 'a1 · 填补的缺失值', 'steps.outliers': 'a2 · 替换的离群值', 'steps.smoothed': 'a3 · 被移动中位数改变的条目', 'steps.pooled': 'b · 为使电压单调而合并的条目',
  'cycle.pulsed': '脉冲', 'cycle.high-rate': '高倍率', 'cycle.start-unknown': '起点未知',
  'finding.capacity-differs': '积分容量与文件中的列相差超过 2 %', 'finding.clock-jump': '时钟跳变', 'finding.current-missing': '电流缺失', 'finding.current-sign': '电流符号判定：{detail}', 'finding.date-order': '日与月的顺序：{detail}', 'finding.halves-differ': '充放电容量相差很大', 'finding.header-repeated': '文件中重复出现表头', 'finding.last-row-cut': '最后一行被截断', 'finding.row-unreadable': '无法读取的行', 'finding.time-restarts': '时间重新开始或倒退', 'finding.current-outlier': '已替换孤立的电流异常值', 'finding.voltage-unit': '电压单位已按系数 {detail} 更正', 'finding.current-unit': '电流单位已按系数 {detail} 更正', 'finding.archive-cut': '压缩包不完整', 'finding.time-unit': '时间单位已按系数 {detail} 更正', 'finding.voltage-absurd': '不可能的电压', 'finding.voltage-missing': '电压缺失',
  'decision.control': '对照', 'decision.coarse': '仅族或正极',
  'voters.title': '协作方：各自有多可靠', 'voters.caption': '每张计入的选票一行', 'voters.batteries': '电池', 'voters.agreement': '与结果一致', 'voters.controls': '对照正确率', 'voters.decisive': '单独决定', 'voters.note': '备注', 'voters.copy': '重复了 {name} 的回答：不计入。', 'voters.set-aside': '不予采信：{classes}。',
  'why.asking': '正在查询选票…', 'why.probabilities': '概率：', 'why.decisive': '若没有 {names}，类别会改变。',
  'report.fact.container': '容器', 'report.fact.member': '工作表或成员', 'report.fact.delimiter': '分隔符', 'report.fact.decimal_mark': '小数点', 'report.fact.n_preamble_rows': '表格上方的行数', 'report.fact.cycles_from': '循环编号来源', 'report.fact.capacity_ratio': '我们的容量与文件之比', 'report.fact.bytes': '字节',
  'r7': '价值几何', 'r7.intro': '这批电池的路线、收益和排放。数字来自两篇论文，或标明为假设；每一项都可修改。',
  'value.group.nmc': 'NMC 电池', 'value.group.lfp': 'LFP 电池', 'value.not-yet': '请先判定，随后此处显示路线与收益。', 'value.profit': '{mass} 的预期利润', 'value.gain': '比不分选的湿法多', 'value.lab': '送检 {n} 只带来的增益', 'value.co2': '减少的 CO₂ 当量', 'value.kwh': '节省的电量', 'value.threshold-none': '对这批电池，送检都不划算。', 'value.threshold': '化学体系把握低于 {share} 的电池，送检划算。', 'value.batteries': '每只电池的路线与利润', 'value.caption': '按类别概率和健康状态计算的预期利润（{symbol}）', 'value.route': '路线', 'value.expected': '预期', 'value.test': '送检价值', 'value.items': '价格、成本与排放（{n} 项）', 'value.items-help': '修改任一数字，上面的结果随之更新。', 'value.items-caption': '数字、单位与来源', 'value.item': '项目', 'value.value': '数值', 'value.source': '来源', 'value.assumed': '假设', 'value.edited': '你的', 'value.csv': '保存路线 CSV', 'value.reset': '恢复公开数字',
  'value.streams': '料流、准确率与预处理', 'value.lot': '按推荐路线汇总', 'value.n': '电池数', 'value.mass': '质量', 'value.kept': '下面的数字是最后一次有效的结果。', 'value.interval': '健康状态区间两端', 'value.only': '仅 {name}', 'value.never': '永不', 'value.low': '取低值', 'value.high': '取高值', 'value.currency': '货币', 'value.yuan': '人民币（¥）', 'value.usd': '美元', 'value.battery-mass': '单只电池质量，kg', 'value.tonnage': '整批质量，t', 'value.reference': '80（论文）', 'value.field.lfp': '自有料流，LFP 份数', 'value.field.nmc': '自有料流，NMC 份数', 'value.field.accuracy': '分选准确率，%', 'value.field.soh': '健康状态，%', 'value.field.soc': '到厂荷电状态，%', 'value.field.LFP:NMC': 'LFP:NMC', 'value.field.mass_kg': '质量', 'value.own': '你的料流（LFP 占 {share}）：以 {accuracy} 的准确率分选后直接再生，每吨获利 {direct}；湿法 {hydro}，火法 {pyro}。按论文准确率分选时最优：{best}。', 'value.break-even': '准确率达到 {accuracy} 时，直接再生优于湿法。', 'value.break-even-never': '直接再生始终不优于湿法。', 'value.without': '每张选票值多少？', 'value.without-busy': '正在逐一去掉选票…', 'value.one-more': '再来一个类似的协作方，对这批电池值 {money}（去掉一张选票的平均损失）。', 'value.one-more-none': '去掉任何一张选票都不改变路线：再来一个协作方对这批电池没有增益。', 'value.ballots': '每张选票的价值', 'value.ballots-caption': '缺少该选票时损失的利润（以全部选票判断）', 'value.assumptions': '模型的假设', 'value.accounts': '每吨逐项账目', 'value.accounts-caption': '收入与成本，{unit}',
  'value.streams-csv': '保存料流 CSV', 'value.print': '打印本报告', 'route.direct': '直接再生', 'accuracy.97': '97 %（距离加权投票）', 'accuracy.71': '71 %（多数票）', 'accuracy.55': '55 %（单个实验室）', 'way.calibration': '完整标定（CCCV）', 'way.pulse': '脉冲', 'way.generation': '脉冲加生成', 'sensitivity.accuracy': '分选准确率', 'sensitivity.mixture': 'LFP:NMC', 'sensitivity.soh': '健康状态', 'fig.routes': '各路线利润，{unit}：你的料流以{best}获利最多', 'fig.accuracy': '不同分选准确率下直接再生的利润，{unit}：71 % 比 97 % 少 {lost}', 'fig.tornado': '影响你的料流利润的因素，{unit}：首要是{first}', 'fig.over-accuracy': '你的料流利润随分选准确率变化，{unit}', 'fig.cost': '{chemistry} 直接再生的成本构成', 'fig.co2': '排放，NMC，kg CO₂ 当量/t：不做标定，直接再生由 {from} 降至 {to}', 'fig.electricity': '直接再生的电费，US$/t：标定 {from}，脉冲加生成 {to}', 'fig.share': '{way}：电费占直接再生成本的 {share}', 'fig.electricity-part': '电费', 'fig.other-part': '其他', 'fig.break-even': '与脉冲测试相比，生成方法回本所需吨数', 'fig.tonnes': '吨', 'fig.scenario': '2030 年全球，每年，以脉冲加生成代替标定', 'fig.saved': '节省', 'line.cathode-powder': '正极粉', 'line.copper': '铜', 'line.aluminium': '铝', 'line.metals-and-salts': '金属与盐', 'line.raw-material': '电池原料', 'line.reagents': '试剂', 'line.labour': '人工', 'line.electricity-and-water': '水电', 'line.depreciation': '折旧', 'line.sewage': '污水处理', 'line.profit': '利润',
  'assumption.accuracy': '分选准确率：论文利润对应 97 %。低于此值时，质量中 1 − 准确率/97 % 的份额被错放：已走过一条直接再生线（厂务与试剂已花费），成为不纯产品，改以湿法精炼而不作为正极材料出售。高于 97 % 不再增益。', 'assumption.soh': '健康状态：部分试剂用于补充损失的锂，以 80 % 为基准随 1 − SOH 增加。', 'assumption.chemistry': 'NCA、LCO 和混合材料按 NMC 计价，LMO 按 LFP 计价；排放一律用 NMC 的数字。', 'assumption.mixture': '火法、湿法和分选后的直接再生对混合比例是线性的。', 'assumption.pulse': '不用生成方法的脉冲测试需要已知荷电状态；调整到该状态的耗电与电量成正比。', 'assumption.lab': '送检能确定化学体系。再来一个协作方的价值，取现有选票价值的平均。', 'source.published-s': 'Tao 等 2023，图 5', 'source.split-s': '论文 5620 ¥/t 的拆分（Tao 等 2023）', 'source.balance-s': '使论文利润闭合（Tao 等 2023）', 'source.share-s': '使原料成本占比闭合（Tao 等 2023）', 'source.composition': '退役电池组成', 'source.market': '市场价', 'source.published-h': 'Tao 等 2024，图 5', 'source.balance-h': '使论文数字闭合（Tao 等 2024）', 'source.grid': '2022 年中国电网平均', 'source.negligible': '可忽略', 'source.ours': '自定', 'item.nmc.raw-material': '退役 NMC 电池', 'item.lfp.raw-material': '退役 LFP 电池', 'item.plant.labour': '人工', 'item.plant.electricity-water': '水电', 'item.plant.depreciation': '折旧', 'item.plant.sewage': '污水处理', 'item.direct.nmc.reagent': '直接再生试剂，NMC', 'item.direct.lfp.reagent': '直接再生试剂，LFP', 'item.direct.reagent-lithium-share': '试剂中用于补锂的份额',
  'item.direct.reference-soh': '试剂成本对应的健康状态', 'item.direct.reference-accuracy': '论文利润对应的分选准确率', 'item.nmc.cathode-share': 'NMC 电池中的正极粉', 'item.lfp.cathode-share': 'LFP 电池中的正极粉', 'item.nmc.copper-share': 'NMC 电池中的铜箔', 'item.lfp.copper-share': 'LFP 电池中的铜箔', 'item.nmc.aluminium-share': 'NMC 电池中的铝箔', 'item.lfp.aluminium-share': 'LFP 电池中的铝箔', 'item.nmc.rest-share': 'NMC 电池的负极、电解液、外壳', 'item.lfp.rest-share': 'LFP 电池的负极、电解液、外壳', 'item.direct.cathode-yield': '正极粉再生率', 'item.direct.foil-yield': '箔材回收率', 'item.price.nmc-cathode': '再生 NMC 粉价格', 'item.price.lfp-cathode': '再生 LFP 粉价格', 'item.price.copper': '铜价', 'item.price.aluminium': '铝价', 'item.hydro.reagent': '酸、萃取剂与碱', 'item.hydro.nmc.products': 'NMC 所得盐类', 'item.hydro.lfp.products': 'LFP 所得盐类', 'item.pyro.reagent': '燃料与熔剂', 'item.pyro.nmc.products': 'NMC 所得合金', 'item.pyro.lfp.products': 'LFP 所得炉渣与盐', 'item.calibration.energy': '完整标定（CCCV），80 % SOH、50 % SOC', 'item.calibration.reference-soc': '标定能耗对应的荷电状态', 'item.generation.energy': '脉冲测试加生成数据', 'item.electricity.price': '电价', 'item.electricity.co2': '电网排放', 'item.pyro.co2': '火法，不含预处理', 'item.hydro.co2': '湿法，不含预处理', 'item.direct.co2': '直接再生，不含预处理', 'item.direct.electricity': '直接再生自身电费',
  'item.direct.other-cost-calibrated': '标定后直接再生的其他成本', 'item.direct.other-cost-generated': '脉冲加生成后直接再生的其他成本', 'item.generation.fixed-cost': '生成模型的一次性成本', 'item.scenario.retired-mass': '2030 年全球预处理电池量', 'item.scenario.saving': '2030 年每吨节省', 'item.money.yuan-per-usd': '汇率', 'item.battery.mass': '单只电池质量（未给出时）', 'item.lab.cost': '单只电池送检费用',
  'health.title': '由脉冲测试估计健康状态', 'health.intro': '{n} 只电池的 {records} 条脉冲记录带有健康状态。能否据此判断其他电池的健康状态？', 'health.soc': '提问时的荷电状态', 'health.soc.unknown': '未知（与选票相同）', 'health.soc.known': '已知', 'health.soc.estimated': '由脉冲估计', 'health.fit': '检验我的健康模型', 'health.generator': '训练论文的生成器', 'health.busy': '正在留出电池上评判各回归器…', 'health.generator-busy': '正在训练生成器…', 'health.generator-done': '生成器用 {n} 个脉冲训练，耗时 {seconds} s：平方误差 {mse}，KL {kl}（接近 0：隐空间不含信息，与论文一致）。', 'health.done': '已评判 {n} 种类型的健康模型。', 'health.parity': '{name}：留出电池的估计平均偏差 {error} %；总答平均值则偏差 {constant} %', 'health.mape': '留出电池上的误差，{regressor}', 'health.constant': '总答平均值的误差', 'health.coverage': '真值落在 90 % 区间内', 'health.batteries': '只电池，{records} 条记录', 'health.no-better': '不比总答平均值好：这些电池不能说明其他电池的健康状态。', 'health.range': '测量范围为荷电 {low} 至 {high} %；范围外的答案会标明，区间更宽。', 'health.range-unknown': '这些记录没有荷电状态：远离它们的称为超出范围。', 'health.outside': '所询问的 {asked} 只电池中有 {n} 只超出测量范围：其估计会标明且不确定。', 'health.outside-none': '所询问的 {asked} 只电池都在测量范围内。', 'health.left-out': '留出的电池', 'health.measured': '实测 SOH，%', 'health.estimated': '估计 SOH，%', 'health.candidates': '各回归器在同样留出电池上的误差', 'health.regressor': '回归器', 'health.chosen': '选用', 'health.result': '健康状态', 'health.answered': '{of} 只电池中有 {n} 只得到带 90 % 区间的估计，见上表各行。', 'health.outside-round': '{n} 只超出所有协作方的测量范围：其估计只能当作猜测。',
  'health.needs-truth': '提供真实健康状态（含 soh 列的真值文件，或带标签的自有脉冲文件）后，此处显示误差。', 'health.parity-round': '{n} 只已知健康状态的电池：估计平均偏差 {error} %；总答平均值则偏差 {constant} %', 'health.error': '本轮平均误差', 'health.heat': '按类别与荷电状态的平均误差（%）', 'health.soc-none': '荷电未知', 'decision.outside': '超出测量范围', 'regressor.constant': '总答平均值', 'regressor.ridge': '岭回归', 'regressor.quadratic-ridge': '二次岭回归', 'regressor.kernel-ridge': '核岭回归', 'regressor.gradient-boosting': '梯度提升', 'regressor.forest': '随机森林',
  'route.pyro': '火法', 'route.hydro': '湿法', 'route.direct-nmc': '直接再生，NMC', 'route.direct-lfp': '直接再生，LFP', 'route.lab': '先送检', 'route.lab-first': '送检，然后{route}',
  'export.board': '签名并保存公告板', 'export.board-help': '公告板列出接受和拒绝的选票指纹及本结果的指纹。请公布它，使每个协作方都能核对回执。',
  'train.epsilon': '随机应答，每只电池的 ε', 'train.epsilon-help': '留空：关闭。回答在离开前被随机化（本地差分隐私）；不再给出熟悉度和证据。', 'train.price': '预计损失 {points} 个百分点的正确率。', 'train.audit': '成员审计', 'train.audit-help': '回收方能否看出你用了哪些电池训练？耗时加倍。',
  'privacy.audit': '成员审计', 'privacy.audit-off': '未运行（见第 4 步设置）', 'privacy.audit-guess': '{n} 个回答的 AUC 为 {auc}：与猜测（0.5）相差无几', 'privacy.audit-tells': '{n} 个回答的 AUC 为 {auc}：训练用的电池部分可辨；加噪或随机应答有帮助',
  'check.query-many-rows': '电池数多于通常：超出上限 {n}。', 'check.query-near-duplicates': '{n} 只电池与其他的几乎相同（第 {first} 行）：可能在试探你的模型。', 'check.query-perturbations': '{n} 只电池与另一只仅个别特征不同（第 {first} 行）：可能在试探你的模型。', 'check.query-grid': '{n} 个特征等距分布，实测不会如此：可能是人造的。', 'check.query-impossible': '{n} 只电池含不可能的值（第 {first} 行）。', 'check.query-own-rows': '{n} 只电池与你的几乎相同（第 {first} 行）。',
  // 手动选列
  'map.open': '选择各列', 'map.open-again': '重新选择各列', 'map.title': '选择 {file} 的各列', 'map.name': '{file} 的各列', 'map.drop-again': '需要原始文件：请再次放入。',
  'map.intro': '必须有时间、电压和电流，其余为辅助。标为“猜测”的请核对。', 'map.member': '所示为：{name}。',
  'map.separator': '列之间的分隔符', 'map.separator.comma': '逗号 ,', 'map.separator.tab': '制表符', 'map.separator.semicolon': '分号 ;', 'map.separator.bar': '竖线 |', 'map.separator.blanks': '空格',
  'map.decimal': '小数点', 'map.decimal.point': '点：3.65', 'map.decimal.comma': '逗号：3,65', 'map.row': '表头（或首行数字）所在行', 'map.rows': '文件的前几行',
  'map.role-of': '第 {column} 列的内容', 'map.unit-of': '{column} 的单位', 'map.unused': '不用', 'map.guessed': '猜测', 'map.needs': '还需选择：{names}。', 'map.complete': '时间、电压和电流已选好。',
  'map.range': '{low} 至 {high} {unit}，历时 {hours} h。', 'map.cycle': '第 {cycle} 循环：充电 {charge} Ah，放电 {discharge} Ah。', 'map.head-only': '预览只读前 {bytes}，其中没有完整循环；整个文件可能有。',
  'map.others': '也用于另外 {n} 个未能识别的文件', 'map.later': '之后放入的未识别文件也试用', 'map.load': '载入已保存的选择', 'map.loaded': '已载入：{name}。', 'map.save': '保存此选择', 'map.use': '按所选各列读取', 'map.used': '{n} 个文件按所选各列读取。',
  'axis.hours': 't / h',
  'quantity.time': '时间', 'quantity.step-time': '工步时间', 'quantity.clock': '日期时间', 'quantity.voltage': '电压', 'quantity.current': '电流', 'quantity.cycle': '循环号', 'quantity.state': '工步类型', 'quantity.charge-capacity': '充电容量', 'quantity.discharge-capacity': '放电容量', 'quantity.capacity': '容量',
  'choice.title': '取哪个循环：', 'choice.is-last': '最后一个完整循环', 'choice.is-near': 'SOH 最接近 {soh} 的循环', 'choice.last': '最后一个完整循环', 'choice.near': '健康状态最接近下值的完整循环', 'choice.soh': '健康状态（百分数）', 'choice.help': '健康状态需要标称容量：来自清单、文件，或手动输入。现有文件将全部重新读取。',
  'report.save': '保存此报告', 'report.save-all': '保存全部报告', 'cell.name': '电池名称', 'cell.name-help': '同名文件属于同一只电池。', 'cell.files': '文件', 'cell.renamed': '已命名为 {name}。',
  'finding.soh-without-nominal': '标称容量未知，因此取最后一个完整循环，而非最接近所求健康状态的循环',
  'fact.sign.as-is': '与文件一致：正为充电', 'fact.sign.reversed': '已反转：文件以正为放电', 'fact.sign.from-state': '无符号；由工步类型判定', 'fact.sign.from-counters': '无符号；由容量列判定', 'fact.sign.from-voltage': '无符号；由电压转折判定',
  'fact.clock.time': '时间列', 'fact.clock.step-time': '工步时间累加', 'fact.clock.clock': '日期', 'fact.cycles_from.column': '文件中的列', 'fact.cycles_from.derived': '由电流推出',
  'term.time': '时间', 'term.step-time': '工步时间', 'term.voltage': '电压', 'term.current': '电流', 'term.separator': '分隔符', 'term.decimal-mark': '小数点', 'term.comma as decimal mark': '逗号作小数点', 'term.comma as thousands mark': '逗号作千位分隔',
  'term.point as decimal mark': '点作小数点', 'term.headings': '表头不同', 'term.Neware .nda file': '新威 .nda 文件', 'term.Neware .ndax file': '新威 .ndax 文件', 'term.BioLogic .mpr file': 'BioLogic .mpr 文件', 'term.Arbin .res database': 'Arbin .res 数据库', 'term.old or protected Excel workbook': '旧版或受保护的 Excel 工作簿', 'term.old Excel workbook': '旧版 Excel 工作簿',
  'term.MATLAB file': 'MATLAB 文件', 'term.HDF5 file': 'HDF5 文件', 'term.Parquet file': 'Parquet 文件', 'term.SQLite database': 'SQLite 数据库', 'term.PDF document': 'PDF 文档', 'term.picture': '图片', 'term.7z archive': '7z 压缩包', 'term.rar archive': 'rar 压缩包',
  'term.bzip2 archive': 'bzip2 压缩包', 'term.xz archive': 'xz 压缩包', 'term.zstd archive': 'zstd 压缩包', 'term.tar archive': 'tar 归档', 'term.Python pickle': 'Python pickle 文件', 'term.binary file': '二进制文件', 'term.archives inside archives': '压缩包中还有压缩包', 'term.the gzip header does not end': 'gzip 头没有结束',
  'term.no gzip member where one is expected': '应有 gzip 成员处没有', 'term.the gzip header is cut off': 'gzip 头被截断', 'term.it is encrypted': '已加密', 'term.a stored member of unknown length': '未压缩成员长度不明', 'term.no zip member where one is expected': '应有 zip 成员处没有', 'term.the compressed bytes are damaged': '压缩数据已损坏', 'term.a compression other than deflate': '非 deflate 压缩', 'term.a sheet of the workbook is damaged': '工作簿中有工作表损坏',
  'term.the workbook has no readable directory': '工作簿没有可读的目录',
  ...errors(),
};

function errors() {
  return {
    'error.internal': '这是程序的错误，不是数据的问题：{message}', 'error.cancelled': '已取消。', 'error.worker-stopped': '计算中止，可能是内存不足。请关闭其他页面再试。', 'error.storage': '此处浏览器不允许存储：密钥和草稿在刷新后会丢失。{message}', 'error.file-unreadable': '浏览器无法读取该文件；它是否被移动或改动？',
    'error.file-empty': '文件是空的，应有一张表。请重新导出。', 'error.pulse-table': '这是脉冲特征或工步表，不含曲线。请用于脉冲健康评估。', 'error.file-binary': '这是{kind}；应为文本、XLSX、zip 或 gzip，因为二进制格式随固件变化。请从测试软件导出 CSV 或 XLSX。', 'error.file-without-curves': '这是每循环一行的汇总（{found}），不含曲线；应为每时刻一行。请使用旁边的时间序列文件。', 'error.file-without-header': '第 1 至 {rows} 行：数字上方没有表头；应有时间、电压和电流的表头。请手动选择各列。',
    'error.columns-missing': '第 {row} 行：找到表头 {found}，其中没有 {missing}；应有时间、电压和电流。最接近的：{nearest}。请手动选择各列。',
    'error.file-ambiguous': '第 {row} 行以下：{what}可有多种读法（{candidates}），应只有一种。不会擅自选用：请手动选择各列。',
    'error.encoding-unknown': '文本编码未知；应为 UTF-8、GB18030、UTF-16 或 windows-1252。请存为 UTF-8。',
    'error.file-too-short': '仅 {rows} 行含时间、电压和电流；应有一次完整充放电。请导出整个测试，或手动核对各列。',
    'error.no-full-cycle': '完整充电 {charges} 次，完整放电 {discharges} 次，不完整 {partial} 次；应有相邻的完整充电和完整放电。请补充其余部分所在的文件，或改用别的文件。',
    'error.archive-damaged': '压缩包已损坏（{reason}）。请重新打包或导出。', 'error.archive-too-large': '压缩包解开后超过 {limit} 字节，与其大小不相称。请自行解压后放入表格。', 'error.archive-without-table': '压缩包或工作簿中没有表格；应有含时间、电压和电流列的文件或工作表。请打包或导出它们。',
    'error.mapping-invalid': '所选各列与此文件不符：{field}；应与保存时的表头和单位一致。请为此文件重新选择各列。',
    'error.manifest-invalid': '清单第 {row} 行、{column} 列无法读取；应为 file、cell_id、cathode，已知时加 class、maker、nominal_ah（以 Ah 计的数）。请更正该行。',
    'error.standardize-too-few-rows': '恒流行数太少，不足以成曲线。', 'error.standardize-no-voltage': '恒流行中没有电压。', 'error.standardize-mostly-missing': '{rows} 行恒流数据中有 {missing} 行缺电压，无法补齐。请重新导出文件。', 'error.standardize-flat': '电压或电量没有变化：没有曲线。', 'error.standardize-malformed': '各行相互矛盾。', 'error.standardize-parameter': '协议参数超出范围。',
    'error.feature-not-finite': '无法由此曲线算出特征 {column}。',
    'error.table-not-a-number': '第 {row} 行的特征不是数（{column}）。', 'error.table-ragged': '第 {row} 行有 {found} 个特征，应为 {expected} 个。',
    'error.cast-empty-query': '该轮次没有询问任何电池。', 'error.cast-query-shape': '询问的第 {row} 行特征数不同。', 'error.cast-schema': '轮次要求特征方案 {expected}；你的是 {found}。', 'error.cast-label-count': '标签与电池数不符。', 'error.cast-unknown-label': '第 {row} 行的标签不是本轮类别。', 'error.cast-not-finite': '第 {row} 行的 {column} 不是数。', 'error.cast-too-few-classes': '至少需要两个类别。', 'error.cast-too-few-batteries': '类别 {class} 至少需要两只电池。', 'error.cast-option': '{name} 超出范围。',
    'error.round-version': '为其他版本所作：{found}。', 'error.round-recycler': '由别的回收方签名。', 'error.round-expired': '已过截止时间。', 'error.round-empty-query': '该轮次没有询问任何电池。', 'error.round-invalid': '轮次无效：{part}，第 {at} 项。', 'error.round-quorum': '有效选票 {found} 张；需 {needed} 张才出结果。',
    'error.ballot-version': '其他版本的选票。', 'error.ballot-other-round': '其他轮次的选票。', 'error.ballot-binding': '绑定到了别的 {part}。', 'error.ballot-invalid': '其 {part} 无效（第 {at} 行）。', 'error.ballot-duplicate': '同一选票文件先前已放入。', 'error.ballot-not-on-roster': '签名密钥不在名单上。', 'error.ballot-late': '截止时间之后签名。', 'error.ballot-early': '在轮次创建之前签名。',
    'error.tally-no-classes': '该轮次没有类别。', 'error.tally-no-batteries': '该轮次没有询问任何电池。', 'error.tally-no-ballots': '没有选票符合该轮次。', 'error.tally-control': '对照 {row} 不是本轮的电池或类别。', 'error.tally-option': '{name} 超出范围。',
    'error.forest-parameter': '训练设置超出范围。',
    'error.epsilon-range': 'ε 须大于 0 且不超过 20。',
    'error.board-other-round': '其他轮次的公告板。', 'error.board-chain': '公告板被改动：第 {at} 项与前面不相接。', 'error.board-rewritten': '公告板被改写：第 {at} 项与先前的不同。', 'error.board-other-receipt': '回执属于其他轮次。', 'error.board-not-listed': '你的选票不在公告板上：请询问回收方，并保留回执。', 'error.board-contradicted': '公告板所列选票的密钥或时间不符。', 'error.board-result-not-listed': '结果不在公告板上。',
    'error.value-unknown-item': '没有这一项：{item}。', 'error.value-wrong-unit': '{item} 的单位不符。', 'error.value-bad-value': '{field} 须为不小于 0 的数。', 'error.value-bad-share': '{field} 须为 0 到 1 之间的份额。', 'error.value-shares-not-one': '{group} 的份额之和须为 1。', 'error.value-empty-lot': '没有可评估的电池。',
    'error.ballot-superseded': '同一密钥的后一张选票被计入。',
    'error.health-not-pulse-data': '不是脉冲测试：缺少 {missing}。', 'error.health-not-a-number': '第 {row} 行，{column} 列：为空或不是数字。', 'error.health-voltage-out-of-range': '第 {row} 行，{column} 列：超出 0.5–5.5 V。', 'error.health-soc-out-of-range': '第 {row} 行：荷电状态超出 0–100 %。', 'error.health-soh-out-of-range': '第 {row} 行：健康状态超出 0.2–1.2。', 'error.health-swapped-polarity': '第 {row} 行：第一个脉冲使电压下降，极性是否接反？', 'error.health-saturated': '第 {row} 行：{column} 触及电压限值。', 'error.health-missing-pulses': '第 {row} 行：需要 {needed} 个拐点，只有 {found} 个。', 'error.health-pulse-order': '第 {row} 行：脉冲须先充电后放电，电流递增。', 'error.health-pulse-width': '没有 {wanted_ms} ms 的脉冲。', 'error.health-duplicate': '第 {row} 行：该电池与荷电状态已读过。', 'error.health-too-few-batteries': '{class}：有 {found} 只电池，需要 {needed} 只。', 'error.health-mixed-types': '一次只能用一种电池；发现 {classes}。', 'error.health-no-labels': '没有记录带健康状态。', 'error.health-no-soc': '模型需要荷电状态；该记录没有。', 'error.health-wrong-width': '有 {found} 个拐点，需要 {wanted} 个。', 'error.health-degenerate': '这些行不足以确定模型。', 'error.health-bad-model': '不是本版本的健康模型。', 'error.health-no-such-case': '没有案例 {case}。',
    'error.identity-unreadable': '不是 VoltVote 的密钥备份。', 'error.identity-broken': '密钥不能用：请从备份恢复。', 'error.no-key': '你的密钥不在此浏览器中：请在第 1 步恢复备份。', 'error.other-recipient': '密封给了别的密钥。', 'error.duplicate': '同一张选票先前已放入。', 'error.superseded': '被同一密钥的后一张选票替代。', 'error.unknown-kind': '{file} 既不是回执，也不是公告板或轮次。',
    'error.seal-too-large': '{part} 超过 {limit} 字节。', 'error.seal-not-an-envelope': '不是密封文件，或被改动、截断（第 {at} 字节）。', 'error.seal-duplicate-member': '被改动：“{name}”出现两次。', 'error.seal-unknown-member': '不是预期的文件类型：含有“{name}”。', 'error.seal-missing-member': '不是预期的文件类型：缺少“{name}”。', 'error.seal-base64': '已损坏：{part} 不是 base64url。', 'error.seal-json': '已损坏：{part} 无法读取。', 'error.seal-header-parameter': '头部“{name}”缺失、多余或格式不对。', 'error.seal-critical-header': '它要求不被接受的扩展。', 'error.seal-compressed': '不接受压缩的内容。', 'error.seal-unencoded-payload': '不接受未编码的内容。', 'error.seal-algorithm': '算法应为 {expected}。', 'error.seal-kind': '文件类型不同：应为 {expected}。', 'error.seal-key-size': 'RSA 密钥为 {bits} 位；接受 3072 至 4096 位。', 'error.seal-key': '密钥不可用：{fault}。', 'error.seal-key-mismatch': '密钥与所示不符。', 'error.seal-signature': '签名不符：签名后被改动，或由别的密钥签名。', 'error.seal-recipient': '密封给了别的密钥。', 'error.seal-decryption': '无法打开：密封后被改动，或密封给了别的密钥。', 'error.seal-passphrase': '口令错误，或文件被改动。', 'error.seal-weak-passphrase': '口令至少需要 {minimum} 个字符。', 'error.seal-iterations': '密钥派生轮数超出可接受范围（{count}）。', 'error.seal-contents': '版本不同，或不是可读的 {format}。',

  // laboratory
  'nav.lab': '实验室', 'title.lab': 'VoltVote：实验室', 'title.lab.h1': '一轮投票能分选得多好？',
  'lead.lab': '用带标签的电池模拟投票轮次，比较论文的规则与我们的规则。一切都在本浏览器中计算。',
  'l1': '电池', 'l1.intro': '模拟车队，或你自己的特征表与标注它的清单（cycle-30、pulse-21 或自定义列）。文件不离开本机。',
  'l2': '实验', 'l2.intro': '论文中的实验，可带或不带其捷径。同一种子给出与命令行逐字节相同的报告。',
  'l3': '报告', 'l3.intro': '图和表显示在这里，每个都注明运行次数、种子、划分和数据来源。',
  'lab.data': '电池', 'lab.simulated': '模拟车队', 'lab.own': '我的特征表和清单', 'lab.cells': '电池数量', 'lab.fleet-seed': '车队的种子',
  'lab.features': '特征表（含 cell_id 的 CSV）', 'lab.manifest': '清单（含 cell_id 或 file，以及 class 或 cathode 的 CSV）',
  'lab.experiment': '实验', 'lab.split': '划分', 'lab.runs': '每个设置的运行次数', 'lab.seed': '种子', 'lab.clients': '协作方数量', 'lab.fewest': '每方最少行数', 'lab.most': '每方最多行数',
  'lab.sharing': '共有电池', 'lab.shared': '多方可持有同一只电池', 'lab.disjoint': '每只电池只有一个所有者', 'lab.partition': '分配方式', 'lab.target': '目标准确率，%',
  'lab.partition.even': '均匀，与论文相同', 'lab.partition.dirichlet:0.1': '狄利克雷 0.1：极不均衡', 'lab.partition.dirichlet:0.5': '狄利克雷 0.5：不均衡', 'lab.partition.dirichlet:5': '狄利克雷 5：接近均匀', 'lab.partition.maker': '按制造商', 'lab.partition.size': '按规模：少数大、多数小',
  'lab.split.leak-free': '无泄漏：按实体电池', 'lab.split.as-published': '与论文相同：两侧有副本',
  'lab.homogeneous': '人人持有全部类别（图 3a）', 'lab.noise': '噪声与隐私预算（图 3b-c）', 'lab.importance': '特征的重要性（图 3d）', 'lab.heterogeneity': '只持有部分类别（图 4）', 'lab.loss': '丢失的选票（图 R5）', 'lab.trees': '树的数量（图 R6）', 'lab.plan': '需要多少协作方', 'lab.attack': '不诚实的协作方', 'lab.unknown': '无人持有的类别', 'lab.calibration': '置信度是否属实？',
  'lab.more': '更多设置', 'lab.run': '运行', 'error.lab-files-missing': '请先选择特征表和清单。',
  'lab.simulating': '正在模拟并读取电池…', 'lab.running': '正在模拟轮次…', 'lab.done': '报告已完成：{n} 张图。', 'lab.cancelled': '已取消。',
  'lab.fleet-is': '{n} 个类别的 {batteries} 只电池，共 {rows} 行：{classes}。', 'lab.save-html': '保存为单页（HTML）', 'lab.save-json': '保存数值（JSON）', 'lab.save-csv': '保存数值（CSV）', 'lab.save-svg': '保存此图（SVG）',
  'error.lab-too-few-classes': '带标签的行少于两个类别。清单是否列出了表中的电池？', 'error.lab-no-makers': '清单列出的制造商少于两个。', 'error.lab-setting': '某项设置缺失或超出范围：{name}。',
};
}
