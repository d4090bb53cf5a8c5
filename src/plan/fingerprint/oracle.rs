//! Hashes that `docker compose config --hash` of Compose 2.40.3 gave for one attribute each, and ours.

use super::service_hash;
use crate::testing::project;

/// An attribute in the long spelling, and the hash of `{image: x, networks: {default: null}}` with it; a service with
/// `networks`, `network_mode` or `provider` of its own has no default network.
const MEASURED: &[(&str, &str)] = &[
    ("annotations: {a: b, c: 1.10}", "ec6dbe0e5b8f21814efb15c0169177d5d3514e8d3d99c465c772657480cf9f6e"),
    (
        "blkio_config: {weight: 300, weight_device: [{path: /a, weight: 400}], device_read_bps: [{path: /b, rate: 12mb}], device_write_iops: [{path: /c}]}",
        "52fcda6b444a31b88cd7d4f3129cdcf9b08f03620107dbeba6c9d93ebfa17814",
    ),
    ("blkio_config: {}", "a8f688850ecff3189079aa22d5ad5c2d3420266b97d6a13c1ebd7e0967b7f556"),
    ("cgroup: private", "8e68187c2956cd432b4ee2d67bd9f5d3fd015c165a835ea712d50978cd728670"),
    ("cgroup_parent: m-group", "42aaf322458dd19cf2bdc9e28c6648abb75582a154c4511b2cf08e718caaf805"),
    ("cpu_count: 2", "1d89db0c1e0d5046dc8e0195dd630169ea11f7f5107249d985ca547f91f694fe"),
    ("cpu_percent: 50", "35506bda37fc4395bf3d536200583471a381144d89c0dbbf96e8a19d1e86343a"),
    ("cpu_period: 100000", "15874179b5b506da1ee2df4040ffbbf61330a682edbd2eeeae6880d8b9d50216"),
    ("cpu_quota: -1", "14dad61a97142a1109ac2d329f01c6c5a3d46e732b621d7ba711908431f3348b"),
    ("cpu_rt_period: 950000", "9207e198159067fb3d7a1798c2997db00eddd7553713bd39ce59be23a760ce91"),
    ("cpu_rt_runtime: 400.9", "69e183d76327498a2ff7fa3d6aa895e1feedc01faf3c86f1ad01058648c372ff"),
    ("cpu_shares: 512.7", "1ce7d0040dc4e286f3a4672b7aad46578c404854772b7a299a1530279725d52d"),
    ("cpu_shares: 0", "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953"),
    ("cpus: 0.50", "c985f1758355672507c02638d30e1cb03b4805230aa188e3386d356414cd542b"),
    ("cpus: 1.23456789", "cd51dbde96e235de3c71c74dde3ff3e99b4e08c8526b29de3700e5d279c8041f"),
    ("cpus: 2.0", "fb18c924202d96c2bb6841275570e71f67e71eec972d8cb33aad5c7d40431be9"),
    ("cpuset: 0-3", "15d47bfb858510fd95ecb1534f54a6e7d1740971e54801f4afddab5d225d1ee9"),
    ("credential_spec: {file: f, registry: r}", "20de392fe36f8159fa2cf8e18886e83e32e226863ca585d7b1494b639b708d4d"),
    (r#"device_cgroup_rules: ["c 1:3 mr"]"#, "d43a35db0cd424ec644f61394a6d15a5e90367bb5d73b0197185c94680f2c176"),
    (
        "devices: [{source: /dev/a, target: /dev/b, permissions: rwm}, {source: /dev/c, target: /dev/d}]",
        "1c54cfe3827993eb393c4a5234c1327a28df60b948f0e6b1c253c8bba63a91a2",
    ),
    (r#"external_links: [c, "c:d"]"#, "519484d3e7061519abcf34c69bb0abf042d67ccbf3d53750627144067e491347"),
    (
        r#"gpus: [{driver: nvidia, count: 2, capabilities: [gpu], options: {b: 1, a: }}, {device_ids: ["0"]}, {}]"#,
        "d5b607b470b9311b92b6872fe5e43b6b216965a1ae3589316451f4d0f0010faf",
    ),
    (
        "healthcheck: {test: [CMD, a], retries: 1.7, start_interval: 5s, start_period: 1m, interval: 0s, disable: true}",
        "ccb63395411c98a590dc44d357c81a8b08f003967831a411b287bb1874c13ac4",
    ),
    ("healthcheck: {retries: 0}", "c78f01a5babcd9a436a8ef0ef62b73f72c5af67734d88aaf1e6174feb2f2bade"),
    ("ipc: shareable", "f3b5c105ce265d7b3122da045c560ecd1b7b3f2ecbaf05b4da571893b0eaa69e"),
    ("isolation: hyperv", "d1ab521929f49e673158d2063d45fdee07d5dbc35ed8347687e512f8498a2805"),
    (
        "logging: {driver: syslog, options: {a: 1, b: , c: 1.5}}",
        "0f5b16c74ad774c7657b6e50480c09c3c2657048276aa030c150c520fdbb541c",
    ),
    ("logging: {}", "820c87cb55b174910ddd0763fbcb592d593d9109bea7c11dafe474393402c81b"),
    ("mac_address: 02:42:ac:11:00:03", "bf0a1d0ed53b0e60ab81ad71ecfe0d2a64ad164bdba98c0a9260307949976a2a"),
    ("mem_limit: 1.5g", "d21b3ba5025ac64c91860bfc09ddeb487b635ce1205b8522027b5ded2ffc95c6"),
    ("mem_reservation: 60", "cf76f96ac61a96c9c379065191d6be0a899036e7801c699cc2930be81e2bd458"),
    ("mem_swappiness: 60", "9c8d5c214437771332deb7e1cefee58a753edcb3317476e8d100f1ef27a1a3e2"),
    ("memswap_limit: -1", "98dd30a2baa1d54583b95c77e65c61730101a52ea75d24a1e5fb1a22d84f4392"),
    ("mem_limit: 0", "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953"),
    ("oom_kill_disable: true", "bf55fddcc93112e0fb6ccb733322bdc64aa68daaf1930f713e6046bfcf4cef22"),
    ("oom_score_adj: -500", "90cc96f4c5eb4a6bd09d2223b2915fa23bdd74a61f1d899652d3e95668cc3aa1"),
    ("pid: host", "ea9e987f6f6455d999f2e88c0629ae6bdb93e745f26bfe8adad3ea1bb2399255"),
    ("pids_limit: 10.5", "3d45f780d6830919cc9360af558bdd77587ce76cee8e6379f17d4dd5b89edef3"),
    (
        "provider: {type: t, options: {b: [x, 2], a: [1]}}",
        "1ac46847273aa7c4dc6f93fe2c7423fbea1bef9f58becc45f9c78acb44b2665c",
    ),
    (r#"restart: "on-failure:3""#, "552487661239cd16756bb933a916ac0a36e822a3e8ad3c9beb154375ad30007c"),
    ("runtime: runc", "159eb7d9ef65dec360a2744a66ed81082cc86c595287f645d42ab8799b25326f"),
    ("storage_opt: {size: 1G, b: 2}", "a6fa7e38c806dc7d2dc0eebbfa102bbdbda27100edc1af1194f07eb6ad2534a8"),
    (
        "ulimits: {nproc: 65535, nofile: {soft: 20000, hard: 40000}, core: 0, as: {soft: 0, hard: 5}, memlock: -1}",
        "6b1d39c70207b1465a260806269e6b3ef1afa0164d9f750d763dc1b216710c72",
    ),
    ("use_api_socket: true", "d4dd31100d36f43a3539c540314509e6df21ef2f17c449a3494ebdb22465265e"),
    ("userns_mode: host", "7458f4830d2c253aa684638199c8aa26d8ef9c7bc03c5b2a00edd7b7b0e25bfd"),
    ("uts: host", "b750ee4b679eeb0ac842c7eadde2ad75a2b5459be433c4a4a7c6275639ae6ba2"),
    (r#"volumes_from: ["container:c:ro"]"#, "431e3a952ca645330403d4ad6c9d4efa32a3a5aa64f0ad2b3e95b5e851107343"),
    ("pull_policy: daily", "d5457d0b2799957b606d2ac4ed52d85a1e75799490e56229948300b9a59e8953"),
    (r#"command: [a, "<&>"]"#, "ae645193dcf88897ee508526988b8cd257cdf97d42a50b924982a1c70121ef8c"),
    (
        "networks: {default: {interface_name: eth7, aliases: [x], driver_opts: {a: 1, c: 1.5}, gw_priority: 2, priority: 3.5}}",
        "ee4b8067b0e13e39022b2809903e46f71092bcda9a908e94943599ce773a2a1c",
    ),
    (r#"network_mode: "service:b""#, "b9bdc596ef88e3656f266980fc80a7079cd9410b6fbf87903d30356a497e920e"),
    (r#"network_mode: "container:c""#, "710be0760e978f17bb2bf96d58eb5a361796415f40d8779f40f027927ed140d2"),
    (
        "models: {m: , k: {endpoint_var: A, model_var: B}}",
        "500365d018e05eeeb812748bcf120f48381064ae381831aa55cd692c7a1d45b4",
    ),
    (r#"links: [b, "b:c"]"#, "00fd238a238e1eddc2a224af4c169c6b10b73fdeb51a1ea1b6869c52354d862d"),
    ("volumes_from: [b]", "96c7aeb08dbd1572f5aeaee55ebfdbfa840d9fb90395e4fa66f9e7feea2a7ff0"),
    ("network_mode: host", "c77847e43230fa2479ff79072da75537df8a8c5de31569ac2af4d3ad41a3142a"),
];

#[test]
fn every_attribute_hashes_as_compose_hashes_it() {
    for (attribute, hash) in MEASURED {
        let own = ["network", "provider"].iter().any(|key| attribute.starts_with(key));
        let networks = if own { "" } else { "networks: {default: null}, " };
        let text = format!("services: {{a: {{image: x, {networks}{attribute}}}, b: {{image: x}}}}");
        let project = project(&text);
        let service = project.services.values().next().expect("a service");
        assert_eq!(
            service_hash(service),
            *hash,
            "{attribute}: {}",
            crate::document::json::compact(&service.write_hashed())
        );
    }
}
