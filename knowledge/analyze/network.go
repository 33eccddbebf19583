package analyze

import (
	"sync"
	"time"
)

// networkAnalyzer tells connections that failed and proxies in between.
func networkAnalyzer() Analyzer {
	return Analyzer{
		Name: "network",
		Doc: "That the connection itself failed (refused, unknown host, timeout, reset, TLS), by the words of Java, Node, Go, Python, " +
			".NET, curl and the operating systems, and signs of a proxy between the two sides.",
		Keywords: networkKeywords(),
		Run:      runNetwork,
	}
}

var networkLexicon = sync.OnceValue(func() *lexicon { return newLexicon(networkPhrases()) })

func runNetwork(rec Record, _ time.Time) ([]Fact, []Finding) {
	g := gathering{analyzer: "network"}
	lex := networkLexicon()
	for _, row := range rec.Rows {
		lex.scan(row.Text, func(id, start, end int) {
			group := networkGroups[id]
			if group.ok == nil || group.ok(row.Text, start, end) {
				g.fact(&row, group.fact, group.value, start, end)
			}
		})
	}
	return g.facts, nil
}

// A networkGroup is one fact with the phrases that state it, separated by |.
// A phrase that ends in * may go on with more letters.
type networkGroup struct {
	fact, value string
	phrases     string
	ok          func(text string, start, end int) bool // further condition, or nil
}

// networkGroups holds the error texts as the runtimes print them, in English
// and as the operating systems translate them.
var networkGroups = [...]networkGroup{
	{"network.failure", "refused", "connection refused|econnrefused|connectionrefused*|connect refused|actively refused|refused to connect|refused the connection|" +
		"couldn't connect to server|verbindung verweigert|verbindungsaufbau abgelehnt|verbindung abgelehnt|connexion refusée|" +
		"conexión rechazada|conexión rehusada|conexão recusada|connessione rifiutata|соединение отклонено|в соединении отказано|接続を拒否|接続が拒否|" +
		"拒绝连接|连接被拒绝|連線被拒|연결이 거부|połączenie odrzucone|verbinding geweigerd|winerror 10061|errno 111", nil},
	{"network.failure", "unknown-host", "unknownhostexception|enotfound|eai_again|could not resolve host|couldn't resolve host|no such host|" +
		"name or service not known|temporary failure in name resolution|nodename nor servname|getaddrinfo failed|getaddrinfo error|nameresolutionerror|" +
		"unable to resolve host|no address associated with hostname|remote name could not be resolved|host not found|unknown host|socket.gaierror|" +
		"dns_probe_finished_nxdomain|err_name_not_resolved|nxdomain|der name oder der dienst ist nicht bekannt|nom ou service inconnu|nombre o servicio desconocido|" +
		"host unbekannt|unbekannter host|hôte inconnu|名前またはサービスが不明|ホストが見つかりません|未知的名称或服务|无法解析主机|имя или служба не известны", nil},
	{"network.failure", "timeout", "connection timed out|connect timed out|read timed out|etimedout|esockettimedout|i/o timeout|context deadline exceeded|" +
		"operation timed out|connection timeout|connect timeout|sockettimeoutexception|connecttimeoutexception|connecttimeouterror|connecttimeout|readtimeout*|" +
		"httptimeoutexception|connection timed-out|request timed out|err_connection_timed_out|err_timed_out|awaiting headers|und_err_connect_timeout|" +
		"zeitüberschreitung|délai d'attente dépassé|délai de connexion|tiempo de espera agotado|tempo esgotado|接続がタイムアウト|タイムアウト|连接超时|連線逾時|연결 시간 초과|время ожидания соединения истекло|winerror 10060|errno 110", nil},
	{"network.failure", "reset", "connection reset|econnreset|connectionreseterror|socket hang up|connection was forcibly closed|connection aborted|econnaborted|" +
		"nohttpresponseexception|failed to respond|empty reply from server|unexpected end of file from server|remote end closed connection|broken pipe|epipe|" +
		"err_connection_reset|err_connection_closed|premature eof|prematurely closed|verbindung zurückgesetzt|verbindungsaufbau wurde zurückgesetzt|" +
		"connexion ré-initialisée|connexion réinitialisée|conexión reinicializada|连接被重置|接続がリセット|соединение разорвано", nil},
	{"network.failure", "unreachable", "no route to host|noroutetohostexception|network is unreachable|network unreachable|host is unreachable|host unreachable|" +
		"destination host unreachable|ehostunreach|enetunreach|err_address_unreachable|err_internet_disconnected|unreachable network|unreachable host|" +
		"winerror 10051|winerror 10065|errno 101|errno 113|keine route zum zielrechner|das netzwerk ist nicht erreichbar|aucun chemin d'accès pour atteindre l'hôte|" +
		"le réseau n'est pas accessible|no existe ninguna ruta hasta el host|la red es inaccesible|nessun instradamento per l'host|não há rota para o host|" +
		"нет маршрута до узла|сеть недоступна|没有到主机的路由|ホストへの経路がありません|호스트로 갈 루트가 없음", nil},
	{"network.failure", "tls", "sslhandshakeexception|ssl handshake|tls handshake|handshake_failure|handshake failure|pkix path|suncertpathbuilderexception|" +
		"validatorexception|sslpeerunverifiedexception|x509: certificate|x509: cannot|tls: failed to verify|certificate verify failed|certificate_verify_failed|" +
		"ssl certificate problem|sslexception|ssl_error_*|err_ssl_*|err_cert_*|err_tls_cert_altname_invalid|unable to get local issuer|self signed certificate|" +
		"self-signed certificate|self_signed_cert_in_chain|unable_to_verify_leaf_signature|unable_to_get_issuer_cert_locally|depth_zero_self_signed_cert|cert_has_expired|" +
		"authenticationexception: the remote certificate|secure channel|ssl_connect|wrong version number|certificate signed by unknown authority|certificate's altnames|cert's altnames", nil},

	{"network.proxy", "x-forwarded", "x-forwarded-for|x-forwarded-proto|x-forwarded-host|x-forwarded-port|x-real-ip|forwarded: ", nil},
	{"network.proxy", "via", "via", isViaHeader},
	{"network.proxy", "proxyname", "proxyname|proxyport", nil},
	{"network.proxy", "proxypass", "proxypass|proxypassreverse|proxypreservehost|proxy_pass|proxy_set_header|mod_proxy|proxy_http", nil},
	{"network.proxy", "nginx", "nginx", isServerName},
	{"network.proxy", "haproxy", "haproxy", nil},
	{"network.proxy", "squid", "x-squid-error|squid/", nil},
	{"network.proxy", "zscaler", "zscaler", nil},
	{"network.proxy", "cloudflare", "cloudflare|cf-ray", nil},
	{"network.proxy", "akamai", "akamaighost", nil},
	{"network.proxy", "envoy", "server: envoy|x-envoy-*|istio-envoy|upstream connect error", nil},
	{"network.proxy", "traefik", "traefik", nil},
	{"network.proxy", "big-ip", "big-ip|bigip|bigipserver*", nil},
	{"network.proxy", "load balancer", "awselb|load balancer|load-balancer|loadbalancer|lastverteiler", nil},
	{"network.proxy", "ajp", "org.apache.coyote.ajp*|ajp-nio-*|ajp/1.3|ajp://", nil},
	{"network.proxy", "connect", "connect", isConnectRequest},
	{"network.proxy", "proxy authentication", "proxy-authenticate|proxy-authorization|proxy authentication required|proxy-authentifizierung", nil},
	{"network.proxy", "java option", "proxyhost|nonproxyhosts", nil},
	{"network.proxy", "environment", "http_proxy|https_proxy|no_proxy", nil},
	{"network.proxy", "reverse proxy", "reverse proxy|reverse-proxy|reverseproxy|reverse proxies|proxy inverse|proxy inverso|proxy reverso|リバースプロキシ|反向代理|리버스 프록시|обратный прокси|обратного прокси", nil},
	{"network.proxy", "forward proxy", "forward proxy|outbound proxy|corporate proxy|firmenproxy|web proxy|http proxy|unable to tunnel through proxy|tunneling socket could not be established|proxyerror|cannot connect to proxy|proxyconnect tcp", nil},
}

// isViaHeader tells the header from the word: "Via: 1.1 cache".
func isViaHeader(text string, _, end int) bool {
	i := skip(text, end, "\"' ")
	if i >= len(text) || text[i] != ':' && text[i] != '=' {
		return false
	}
	i = skip(text, i, ":= \"'[")
	return foldedPrefix(text[i:], "1.") || foldedPrefix(text[i:], "2") || foldedPrefix(text[i:], "http/") || foldedPrefix(text[i:], "3")
}

// isServerName tells a server's own name from a part of another.
func isServerName(text string, start, _ int) bool {
	return start == 0 || !contains("-/.", text[start-1])
}

// isConnectRequest tells the method from the word: "CONNECT host:443 HTTP/1.1".
func isConnectRequest(text string, start, end int) bool {
	if text[start:end] != "CONNECT" || end >= len(text) || text[end] != ' ' {
		return false
	}
	i := end + 1
	for i < len(text) && i-end < 260 && (alphanumeric(text[i]) || contains(".-_", text[i])) {
		i++
	}
	return i > end+1 && i+1 < len(text) && text[i] == ':' && digit(text[i+1])
}

func networkPhrases() []phrase {
	var list []phrase
	for id, g := range networkGroups {
		list = appendPhrases(list, g.phrases, id)
	}
	return list
}

// networkKeywords are the phrases; for the two that are everyday words, what
// makes them a sign.
func networkKeywords() []string {
	var list []phrase
	for _, p := range networkPhrases() {
		if p.text != "via" && p.text != "connect" {
			list = append(list, p)
		}
	}
	return append(keywords(list), "via: ", "\"via\"", ":443 http/1")
}
