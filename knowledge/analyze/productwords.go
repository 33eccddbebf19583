package analyze

// A meaning is what a phrase of a product says. The zero sign is "package", so
// phrases without a sign hold -1.
type meaning struct {
	name, log, deployment string
	sign                  int
	library               bool // of other versions than the product
	aha                   bool // belongs to the surroundings of Aha!
	later                 bool // decided when the whole record is known
	refuse                func(text string, start, end int) bool
}

// productGroup is one meaning with the phrases that carry it, separated by |.
// A phrase that ends in * may go on with more letters.
type productGroup struct {
	meaning
	phrases string
}

// productGroups is the lexicon of products. Log names and logger prefixes are
// those of Atlassian's documented log formats; the words for "application
// link" are those of its user interfaces and of people's own usage.
var productGroups = [...]productGroup{
	{named("jira", true), "jira|jiras|jira's|jsm|джира|джиры|джиру|джире|지라"},
	{named("confluence", false), "confluence|конфлюенс*|컨플루언스|コンフルエンス"},
	{named("bitbucket", false), "bitbucket|битбакет*|비트버킷|ビットバケット"},
	{namedUnless("bitbucket", isGitStash), "stash"},
	{named("bamboo", false), "bamboo|бамбу"},
	{meaning{name: "crowd", sign: -1, later: true}, "crowd"},
	{named("crowd", false), "atlassian crowd|crowd data center|crowd server"},
	{named("fisheye", false), "fisheye|fecru"},
	{named("crucible", false), "crucible"},
	{named("trello", false), "trello"},
	{named("opsgenie", false), "opsgenie"},
	{named("statuspage", false), "statuspage.io|statuspage"},
	{named("sourcetree", false), "sourcetree"},
	{meaning{name: "aha", sign: -1, later: true}, "aha"},
	{meaning{sign: -1, aha: true}, "integration*|integrat*|intégration*|integración*|integração|integrazione|интеграц*|集成|連携|整合|연동|통합|koppeling|roadmap*|ideas|workspace*|connector|remote error"},

	{namedUnless("github", isGitHubElsewhere), "github|github enterprise|ghe|githubusercontent|гитхаб*|깃허브"},
	{meaning{name: "github", sign: -1, library: true}, "octokit|egit"},
	{named("gitlab", false), "gitlab|гитлаб*"},
	{namedUnless("google", isMailbox), "google|googleapis|gmail|googlemail|gsuite|g suite|google workspace|gcp"},
	{namedUnless("microsoft", isMicrosoftElsewhere), "microsoft|microsoftonline|azure|azuread|entra|office365|office 365|o365|m365|outlook|exchange online|aadsts*|msal*|adfs|active directory|sharepoint"},
	{named("slack", false), "slack|slack_sdk"},
	{named("xero", false), "xero|xeroizer|xerophp|xeroerror"},
	{named("magento", false), "magento*"},
	{named("woocommerce", false), "woocommerce*|wc_api*"},
	{named("wordpress", false), "wordpress"},
	{named("jenkins", false), "jenkins|jenkinsci"},
	{named("keycloak", false), "keycloak*"},
	{named("okta", false), "okta|oktapreview"},
	{named("auth0", false), "auth0"},
	{named("onelogin", false), "onelogin"},
	{named("ping", false), "pingfederate|pingone|pingidentity"},
	{named("aws", false), "aws|amazonaws|amazon web services"},
	{named("minio", false), "minio"},
	{named("docker", false), "docker|dockerhub"},
	{named("kubernetes", false), "kubernetes|kubectl|k8s"},
	{named("npm", false), "npm|npmjs"},
	{named("salesforce", false), "salesforce"},
	{named("servicenow", false), "servicenow|service-now"},
	{named("zendesk", false), "zendesk"},
	{named("shopify", false), "shopify*"},
	{named("twitter", false), "twitter"},
	{named("yahoo", false), "yahoo|yahooapis"},
	{named("etrade", false), "etrade|e*trade"},
	{named("discord", false), "discord|discordapp"},
	{named("nextcloud", false), "nextcloud"},
	{named("grafana", false), "grafana"},
	{named("artifactory", false), "artifactory|jfrog"},
	{named("sonarqube", false), "sonarqube|sonarcloud"},
	{named("quickbooks", false), "quickbooks"},
	{named("netsuite", false), "netsuite"},
	{named("zapier", false), "zapier"},
	{named("liferay", false), "liferay"},
	{named("moodle", false), "moodle"},
	{named("argocd", false), "argocd|argo cd"},
	{named("teamcity", false), "teamcity"},

	{logged("jira"), "com.atlassian.jira|c.a.j.|c.a.jira.|atlassian-jira.log|atlassian-jira-*|com.atlassian.greenhopper|com.atlassian.servicedesk"},
	{logged("confluence"), "com.atlassian.confluence|c.a.confluence.|atlassian-confluence.log|atlassian-confluence-*"},
	{logged("bitbucket"), "com.atlassian.bitbucket|com.atlassian.stash|c.a.b.|c.a.s.i.|c.a.s.internal|c.a.bitbucket.|c.a.stash.|atlassian-bitbucket*|atlassian-stash*"},
	{logged("bamboo"), "com.atlassian.bamboo|c.a.bamboo.|atlassian-bamboo*"},
	{meaning{name: "crowd", log: "crowd", sign: byPackage, later: true}, "com.atlassian.crowd|c.a.crowd.|atlassian-crowd*"},
	{logged("fisheye"), "com.cenqua.fisheye|com.atlassian.fisheye|com.atlassian.fecru|com.cenqua.crucible|com.atlassian.crucible|atlassian-fisheye*|fisheye.out"},
	{meaning{name: "jenkins", log: "jenkins", sign: -1}, "org.jenkinsci|hudson.model|hudson.plugins|hudson.security|jenkins.model"},
	{meaning{name: "keycloak", log: "keycloak", sign: -1}, "org.keycloak"},

	{meaning{sign: byPackage}, "com.atlassian|c.a.a.|c.a.c.|c.a.p.|c.a.s.|c.a.oauth*|c.a.plugin*|atlassian.applinks|atlassian.oauth|atlassian.seraph|oauth.serviceprovider.internal|oauth.serviceprovider.servlet"},
	{meaning{sign: byPath}, "/plugins/servlet/|/rest/applinks|/rest/api/2|/rest/api/3|/rest/api/latest|/rest/api/1.0|/rest/auth/1|/rest/agile/|/rest/greenhopper/|/rest/dev-status/|/rest/servicedeskapi|/rest/jirarestresource|/rest/build-status|/rest/gadget|/rest/streams|/rest/atlassian-connect|/wiki/rest/api|.jspa|/secure/dashboard|/login.jsp|/httpauth/"},
	{meaning{sign: byHeader}, "x-arequestid|x-asen|x-seraph-*|x-ausername|x-anodeid|x-asessionid|x-confluence-request-time|x-atlassian-*|atlassian-token|atl-traceid"},
	{meaning{sign: byApplink}, "applink*|app link|app links|app-link|application link|application links|application-link|applicationlink*|" +
		"anwendungsverknüpfung*|anwendungsverbindung*|anwendungslink*|applikationslink*|アプリケーション リンク|アプリケーションリンク|アプリリンク|应用程序链接|应用链接|應用程式連結|應用連結|" +
		"lien d'application|lien d’application|liens d'application|liens d’application|lien applicatif|liens applicatifs|" +
		"enlace de aplicación|enlaces de aplicación|enlace de aplicaciones|enlaces de aplicaciones|vínculo de aplicación|vínculos de aplicación|vínculo de aplicaciones|" +
		"link de aplicativo|links de aplicativo*|vínculo de aplicativo|vínculos de aplicativo*|link de aplicação|links de aplicação|ligação de aplicação|" +
		"collegamento applicazion*|collegamenti applicazion*|collegamento all'applicazione|collegamento tra applicazioni|" +
		"ссылка на приложение|ссылки на приложени*|ссылку на приложение|связь приложени*|связи приложени*|связь между приложениями|линк приложения|" +
		"애플리케이션 링크|애플리케이션링크|앱 링크|toepassingskoppeling*|applicatiekoppeling*|applicatielink*|łącze aplikacji|łącza aplikacji|połączenie aplikacji|uygulama bağlantı*|odkaz aplikace|propojení aplikac*|programlänk*|applikationslänk*"},
	{meaning{sign: byProduct, refuse: isDocumentation}, "atlassian"},

	{meaning{deployment: "cloud", sign: byProduct}, ".atlassian.net|api.atlassian.com|auth.atlassian.com|id.atlassian.com|atlassian cloud|bitbucket.org|api.bitbucket.org"},
	{meaning{deployment: "cloud", sign: -1, later: true}, "cloud version|cloud-version|cloud instance|cloud instanz|クラウド版|云版|云端版|雲端版|облачн*|클라우드 버전|versión cloud|version cloud|versão cloud"},
	{meaning{deployment: "datacenter", sign: -1, later: true, refuse: isRunner}, "data center|data centre|datacenter|data-center|on-premise|on-premises|on premise|on premises|onpremise*|on-prem|on prem|onprem|" +
		"self-hosted|self hosted|selfhosted|self-managed|selbst gehostet*|selbstgehostet*|selbst betrieben*|selbstbetrieben*|eigenen servern|auto-hébergé*|autohébergé*|sur site|" +
		"auto-hospedad*|autohospedad*|autoalojad*|auto-alojad*|auto-gestionad*|instalación local|hospedagem própria|zelf gehost*|zelfgehost*|本地部署|本地版|自建|自托管|私有部署|私有化部署|服务器版|数据中心|資料中心|自架|" +
		"オンプレミス|オンプレ|データセンター|セルフホスト|サーバー版|온프레미스|자체 호스팅|데이터 센터|데이터센터|собственн*|дата-центр*|датацентр*|data-center"},
}

// named is a product that is named; aha says whether Aha! often is with it.
func named(name string, aha bool) meaning { return meaning{name: name, sign: -1, aha: aha} }

// namedUnless is a product that is named unless refuse says otherwise.
func namedUnless(name string, refuse func(string, int, int) bool) meaning {
	return meaning{name: name, sign: -1, refuse: refuse}
}

// logged is a product whose log or code speaks.
func logged(name string) meaning { return meaning{name: name, log: name, sign: byPackage} }

// productKeywords are the phrases without those that only surround Aha!.
func productKeywords() []string {
	var own []phrase
	for _, p := range productPhrases() {
		if m := productGroups[p.id].meaning; m.name != "" || m.deployment != "" || m.sign >= 0 {
			own = append(own, p)
		}
	}
	return keywords(own)
}

// productPhrases gives each phrase the index of its group.
func productPhrases() []phrase {
	var list []phrase
	for id, g := range productGroups {
		list = appendPhrases(list, g.phrases, id)
	}
	return list
}
