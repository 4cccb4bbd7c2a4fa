interface Words {
  readonly zh: string;
  readonly en: string;
  readonly fix?: { readonly zh: string; readonly en: string };
}

/** What each finding says, and what to do about it. `{name}` is filled in. */
export const WORDS = {
  "config.read": { zh: "配置 {path} 可读，无误", en: "the configuration {path} is in order" },
  "config.faults": {
    zh: "配置有误：{faults}",
    en: "the configuration has faults: {faults}",
    fix: {
      zh: "按 docs/reference/configuration.md 修改",
      en: "mend them; docs/reference/configuration.md lists every key",
    },
  },
  "config.check-failed": {
    zh: "检查项 {check} 无法完成：{reason}",
    en: "the check {check} could not be done: {reason}",
    fix: { zh: "排除该原因后重新运行", en: "remove that cause and run it again" },
  },
  "versions.node": { zh: "Node {version}", en: "Node {version}" },
  "versions.node-other": {
    zh: "Node {version}；本程序在 {wanted} 上测试",
    en: "Node {version}; this program is tested on {wanted}",
    fix: { zh: "用 npm ci 安装，其自带所需版本的 Node", en: "install with npm ci, which brings the Node it needs" },
  },
  "ports.free": { zh: "{what} {host}:{port} 空闲", en: "{what} {host}:{port} is free" },
  "ports.ours": {
    zh: "{what} {host}:{port} 由运行中的 nightflow up 使用",
    en: "{what} {host}:{port} is held by the running nightflow up",
  },
  "ports.busy": {
    zh: "{what} {host}:{port} 已被其他程序占用",
    en: "{what} {host}:{port} is held by another program",
    fix: { zh: "停止该程序，或在 {key} 中换一个端口", en: "stop that program, or give another port in {key}" },
  },
  "ports.silent": {
    zh: "nightflow up 在运行，但 {what} {host}:{port} 无人监听",
    en: "nightflow up runs, and nobody listens on {what} {host}:{port}",
    fix: {
      zh: "{key} 在启动后可能已改；重启 nightflow up，并查看其日志",
      en: "{key} may have changed since its start; restart nightflow up and read its log",
    },
  },
  "ports.denied": {
    zh: "不能监听 {what} {host}:{port}：{reason}",
    en: "{what} {host}:{port} cannot be listened on: {reason}",
    fix: {
      zh: "换用 1024 以上的端口，或改正 {key} 的地址",
      en: "take a port from 1024 on, or mend the address in {key}",
    },
  },
  "store.running": {
    zh: "库文件由进程 {pid} 使用，{sizeMb} MB",
    en: "the store file is in use by process {pid}, {sizeMb} MB",
  },
  "store.absent": { zh: "尚无库文件，首次启动时建立", en: "there is no store file yet; the first start makes it" },
  "store.file": {
    zh: "库文件可打开，格式 {format}，{sizeMb} MB",
    en: "the store file opens, format {format}, {sizeMb} MB",
  },
  "store.older": {
    zh: "库文件格式 {format}，启动时升级到 {known}",
    en: "the store file has format {format}; the next start brings it to {known}",
    fix: { zh: "启动前备份：nightflow backup", en: "make a backup before: nightflow backup" },
  },
  "store.newer": {
    zh: "库文件由更新的程序写成（格式 {format}，本程序到 {known}）",
    en: "the store file was written by a newer program (format {format}, this one knows up to {known})",
    fix: {
      zh: "启动写它的那个版本，或恢复升级前的备份",
      en: "start the newer program, or restore the copy made before the update",
    },
  },
  "store.held": {
    zh: "库文件被其他程序打开",
    en: "the store file is open in another program",
    fix: { zh: "停止使用该数据目录的程序", en: "stop the program that uses this data folder" },
  },
  "store.unreadable": {
    zh: "库文件不能打开：{reason}",
    en: "the store file cannot be opened: {reason}",
    fix: {
      zh: "保留原文件备查，恢复最新备份；采集终端会补发缺失的读数",
      en: "keep the file for examination and restore the newest copy; agents send again what it does not hold",
    },
  },
  "influx.answers": { zh: "InfluxDB {version} 应答", en: "InfluxDB {version} answers" },
  "influx.away": {
    zh: "InfluxDB 无应答：{url}：{reason}",
    en: "InfluxDB does not answer at {url}: {reason}",
    fix: { zh: "启动 InfluxDB，或改正 influxdb.url", en: "start InfluxDB, or mend influxdb.url" },
  },
  "influx.no-token": {
    zh: "没有 InfluxDB 令牌",
    en: "there is no InfluxDB token",
    fix: {
      zh: "设置 influxdb.tokenFile 或 NIGHTFLOW_INFLUXDB_TOKEN",
      en: "set influxdb.tokenFile or NIGHTFLOW_INFLUXDB_TOKEN",
    },
  },
  "influx.bad-token": {
    zh: "InfluxDB 不认可{which}令牌（{status}）",
    en: "InfluxDB refuses the {which} token ({status})",
    fix: {
      zh: "用 nightflow influx setup 重新生成令牌，并更换令牌文件",
      en: "make new tokens with nightflow influx setup and replace the token file",
    },
  },
  "influx.may-write": { zh: "写令牌可写入 {bucket}", en: "the writing token may write to {bucket}" },
  "influx.may-not-write": {
    zh: "写令牌不能写入 {bucket}（{status}）：{reason}",
    en: "the writing token may not write to {bucket} ({status}): {reason}",
    fix: {
      zh: "运行 nightflow influx setup：建立桶并授予写权限",
      en: "run nightflow influx setup: it makes the bucket and gives the right",
    },
  },
  "influx.may-read": { zh: "读令牌可通过 InfluxQL 读取 {bucket}", en: "the reading token reads {bucket} by InfluxQL" },
  "influx.no-dbrp": {
    zh: "InfluxQL 找不到 {bucket}：{reason}",
    en: "InfluxQL does not find {bucket}: {reason}",
    fix: {
      zh: "运行 nightflow influx setup：建立 DBRP 映射",
      en: "run nightflow influx setup: it makes the DBRP mapping",
    },
  },
  "influx.retention": { zh: "{bucket} 保留 {days}", en: "{bucket} keeps its points {days}" },
  "influx.retention-other": {
    zh: "{bucket} 保留 {days}，配置要求 {wanted}",
    en: "{bucket} keeps its points {days}, and the configuration asks for {wanted}",
    fix: {
      zh: "运行 nightflow influx setup，或改 influxdb.retentionDays",
      en: "run nightflow influx setup, or mend influxdb.retentionDays",
    },
  },
  "postgres.stopped": {
    zh: "内置 PostgreSQL 随 nightflow up 启动",
    en: "the embedded PostgreSQL starts with nightflow up",
  },
  "postgres.answers": { zh: "PostgreSQL {version} 应答", en: "PostgreSQL {version} answers" },
  "postgres.away": {
    zh: "PostgreSQL 无应答：{reason}",
    en: "PostgreSQL does not answer: {reason}",
    fix: {
      zh: "启动它，或改正 DATABASE_URL（地址、用户、密码、库名）",
      en: "start it, or mend DATABASE_URL (host, user, password, database)",
    },
  },
  "postgres.old": {
    zh: "PostgreSQL {version} 过旧",
    en: "PostgreSQL {version} is too old",
    fix: { zh: "升级到 14 或更高", en: "update it to 14 or later" },
  },
  "postgres.unsafe": {
    zh: "PostgreSQL 的 {setting} 为 off：断电会丢失已确认的数据",
    en: "PostgreSQL runs with {setting} off: a power cut loses what it has confirmed",
    fix: { zh: "在 postgresql.conf 中设 {setting} = on", en: "set {setting} = on in postgresql.conf" },
  },
  "postgres.durable": {
    zh: "fsync、full_page_writes 与 synchronous_commit 均开启",
    en: "fsync, full_page_writes and synchronous_commit are on",
  },
  "postgres.migrated": { zh: "数据库结构为最新（{done}）", en: "the schema is up to date ({done})" },
  "postgres.older": {
    zh: "数据库结构 {done}/{known}，启动时升级",
    en: "the schema is at {done} of {known}; the next start brings it up",
  },
  "postgres.newer": {
    zh: "数据库由更新的程序升级过（{done}，本程序到 {known}）",
    en: "the database was migrated by a newer program ({done}, this one knows {known})",
    fix: { zh: "启动同版本或更新的程序", en: "start a program of that version, or a newer one" },
  },
  "postgres.no-right": {
    zh: "PostgreSQL 用户 {user} 不能在当前模式中建表",
    en: "the PostgreSQL user {user} may not create tables in its schema",
    fix: { zh: "GRANT CREATE, USAGE ON SCHEMA public TO {user}", en: "GRANT CREATE, USAGE ON SCHEMA public TO {user}" },
  },
  "postgres.connections": {
    zh: "PostgreSQL 的 max_connections 为 {max}，至少需要 {wanted}",
    en: "PostgreSQL allows {max} connections; at least {wanted} are needed",
    fix: { zh: "提高 max_connections", en: "raise max_connections" },
  },
  "clock.year": { zh: "系统时间 {now}", en: "the clock says {now}" },
  "clock.wrong": {
    zh: "系统时间不可信：{now}",
    en: "the clock cannot be right: {now}",
    fix: {
      zh: "校准时钟并启用 NTP（timedatectl set-ntp true）",
      en: "set the clock and turn on NTP (timedatectl set-ntp true)",
    },
  },
  "clock.agrees": { zh: "与 {server} 时间相差 {seconds} 秒", en: "within {seconds} s of {server}" },
  "clock.differs": {
    zh: "与 {server} 时间相差 {seconds} 秒",
    en: "{seconds} s away from {server}",
    fix: { zh: "在两台机器上启用 NTP", en: "turn on NTP on both machines" },
  },
  "clock.zones": {
    zh: "时区数据 {version}，{count} 个时区可用",
    en: "time zone data {version}; {count} zones in use are known",
  },
  "clock.zone-unknown": {
    zh: "时区 {zone} 不可识别",
    en: "the time zone {zone} is not known",
    fix: { zh: "在组织机构中改正时区（IANA 名称）", en: "mend the zone of the unit (an IANA name)" },
  },
  "disk.room": { zh: "{folder} 剩余 {freeMb} MB", en: "{freeMb} MB are free in {folder}" },
  "disk.little": {
    zh: "{folder} 仅剩 {freeMb} MB，下限 {wantedMb} MB",
    en: "only {freeMb} MB are free in {folder}; {wantedMb} MB are wanted",
    fix: { zh: "清理或扩容磁盘", en: "make room, or give the disk more" },
  },
  "disk.inodes": {
    zh: "{folder} 的文件系统 inode 剩余 {percent}%",
    en: "{percent} % of the inodes are left where {folder} is",
    fix: { zh: "删除大量小文件", en: "delete the many small files on that file system" },
  },
  "disk.kind": { zh: "文件系统 {kind}", en: "the file system is {kind}" },
  "disk.kind-unsafe": {
    zh: "数据目录在 {kind} 上：{folder}",
    en: "the data folder {folder} is on {kind}",
    fix: {
      zh: "将 dataDir 放到本地磁盘：内存盘断电即失，网络盘的锁与同步不可靠",
      en: "put dataDir on a local disk: a memory disk is gone with the power, and locks and syncs of a network share cannot be trusted",
    },
  },
  "disk.sync": { zh: "一次 fsync 用时 {ms} 毫秒", en: "an fsync takes {ms} ms" },
  "disk.sync-slow": {
    zh: "一次 fsync 用时 {ms} 毫秒，PUBACK 将随之变慢",
    en: "an fsync takes {ms} ms, and every PUBACK waits for one",
    fix: {
      zh: "换用 SSD，或将数据目录与繁忙的程序分盘",
      en: "use an SSD, or keep the data folder apart from what keeps the disk busy",
    },
  },
  "disk.absent": {
    zh: "尚无数据目录 {folder}，首次启动时建立",
    en: "there is no data folder {folder} yet; the first start makes it",
  },
  "rights.folder": { zh: "数据目录可写", en: "the data folder can be written" },
  "rights.folder-denied": {
    zh: "数据目录 {folder} 不可写",
    en: "the data folder {folder} cannot be written",
    fix: { zh: "chown -R {user} {folder}", en: "chown -R {user} {folder}" },
  },
  "rights.secret": {
    zh: "{count} 个密钥文件仅所有者可读",
    en: "{count} secret files are readable by their owner alone",
  },
  "rights.secret-open": {
    zh: "密钥文件 {file} 其他用户可读（{mode}）",
    en: "the secret file {file} is readable by others ({mode})",
    fix: {
      zh: "chmod 600 {file}；若机器有他人使用，更换该密钥",
      en: "chmod 600 {file}; replace the secret if others use this machine",
    },
  },
  "rights.data-open": {
    zh: "{folder} 中的读数文件本机任何用户可读",
    en: "every user of this machine can read the readings in {folder}",
    fix: { zh: "chmod -R o-r {folder}", en: "chmod -R o-r {folder}" },
  },
  "rights.secret-missing": {
    zh: "{key} 指向的文件 {file} 不存在或不可读",
    en: "the file {file} of {key} is missing or cannot be read",
    fix: { zh: "建立该文件，或改正 {key}", en: "make the file, or mend {key}" },
  },
  "rights.root": {
    zh: "以 root 运行",
    en: "this runs as root",
    fix: { zh: "用专用用户运行服务", en: "run the service under a user of its own" },
  },
  "tls.certificate": {
    zh: "证书 {file} 有效至 {until}，名称 {names}",
    en: "the certificate {file} is valid until {until}, for {names}",
  },
  "tls.expires": {
    zh: "证书 {file} 将于 {until} 过期",
    en: "the certificate {file} expires on {until}",
    fix: { zh: "更新证书；替换文件后自动载入", en: "renew it; a replaced file is loaded by itself" },
  },
  "tls.expired": {
    zh: "证书 {file} 已于 {until} 过期",
    en: "the certificate {file} expired on {until}",
    fix: { zh: "立即更新证书：采集终端已无法连接", en: "renew it now: agents cannot connect" },
  },
  "tls.key-mismatch": {
    zh: "私钥 {key} 与证书 {file} 不匹配",
    en: "the key {key} does not belong to the certificate {file}",
    fix: { zh: "使用与该证书成对的私钥", en: "use the key that the certificate was made with" },
  },
  "tls.chain": {
    zh: "证书 {file} 的链不完整：{issuer} 缺失",
    en: "the chain of {file} is broken: {issuer} is missing",
    fix: { zh: "在证书之后附上中间证书", en: "put the intermediate certificates behind it in the file" },
  },
  "tls.name": {
    zh: "证书 {file} 不含名称 {name}",
    en: "the certificate {file} is not for the name {name}",
    fix: { zh: "申请包含该名称的证书", en: "get a certificate that names it" },
  },
  "tls.unreadable": {
    zh: "证书或私钥不可读：{reason}",
    en: "the certificate or its key cannot be read: {reason}",
    fix: { zh: "检查 broker.tls 的文件路径与权限", en: "check the files of broker.tls and their rights" },
  },
  "tls.none": { zh: "无 TLS，仅监听本机", en: "there is no TLS, and only this machine is listened to" },
  "tls.plain-outside": {
    zh: "MQTT 在 {host} 上明文监听：密码可被窃听",
    en: "MQTT listens on {host} without TLS: passwords can be overheard",
    fix: { zh: "设置 broker.tls，并将 broker.host 设为 127.0.0.1", en: "set broker.tls, and broker.host to 127.0.0.1" },
  },
  "broker.identities": { zh: "{count} 个 MQTT 身份，均有密码", en: "{count} MQTT identities, each with a password" },
  "broker.no-password": {
    zh: "MQTT 身份 {name} 的密码文件 {file} 不含 argon2id 散列",
    en: "the password file {file} of the MQTT identity {name} holds no argon2id hash",
    fix: { zh: "用 nightflow identity {name} 重新生成", en: "make it anew with nightflow identity {name}" },
  },
  "redis.none": { zh: "未配置 Redis，任务在 PostgreSQL 中", en: "no Redis is configured; jobs stay in PostgreSQL" },
  "redis.answers": { zh: "Redis {version} 应答", en: "Redis {version} answers" },
  "redis.away": {
    zh: "Redis 无应答：{reason}",
    en: "Redis does not answer: {reason}",
    fix: {
      zh: "启动 Redis，或改正 REDIS_URL；任务行在 PostgreSQL 中不丢",
      en: "start it, or mend REDIS_URL; the jobs are safe in PostgreSQL",
    },
  },
  "redis.eviction": {
    zh: "Redis 的 maxmemory-policy 为 {policy}：会丢弃任务",
    en: "Redis has maxmemory-policy {policy} and may throw jobs away",
    fix: { zh: "设 maxmemory-policy noeviction", en: "set maxmemory-policy noeviction" },
  },
  "memory.fits": {
    zh: "内存 {totalMb} MB，库上限 {limitMb} MB",
    en: "{totalMb} MB of memory, {limitMb} MB for the store at most",
  },
  "memory.tight": {
    zh: "库内存上限 {limitMb} MB 超过总内存 {totalMb} MB 的六成",
    en: "the store may take {limitMb} MB of {totalMb} MB, more than 60 %",
    fix: { zh: "降低 duckdb.memoryLimitMb", en: "lower duckdb.memoryLimitMb" },
  },
  "memory.files": { zh: "可打开 {limit} 个文件", en: "{limit} files may be open" },
  "memory.files-few": {
    zh: "最多打开 {limit} 个文件，而连接上限为 {connections}",
    en: "{limit} files may be open, and the broker takes up to {connections} connections",
    fix: {
      zh: "提高 LimitNOFILE（ulimit -n），或降低 broker.limits.maxConnections",
      en: "raise LimitNOFILE (ulimit -n), or lower broker.limits.maxConnections",
    },
  },
  "mqtt.answers": { zh: "MQTT 代理 {url} 可连接", en: "the MQTT broker {url} can be reached" },
  "mqtt.away": {
    zh: "MQTT 代理 {url} 不可连接：{reason}",
    en: "the MQTT broker {url} cannot be reached: {reason}",
    fix: { zh: "启动它，或改正 mqtt.url", en: "start it, or mend mqtt.url" },
  },
} as const satisfies Readonly<Record<string, Words>>;

/** The code of a finding. */
export type WordKey = keyof typeof WORDS;
