package analyze

import (
	"strings"
	"sync"
)

// leftWords are the words that tell what a number after them is. Those in
// other languages are what people and localised software write.
var leftWords = sync.OnceValue(func() map[string]contextClass {
	words := map[string]contextClass{}
	put := func(class contextClass, list string) {
		for w := range strings.FieldsSeq(list) {
			words[w] = class
		}
	}
	put(saysStatus, "status statuscode status_code statut estado httpstatus http_status http_status_code httpstatuscode http_code httpcode "+
		"http responsecode response_code response_status responsestatus httperror http_error rc_http statuscodevalue статус")
	put(saysFailure, "code error errors err errorcode error_code fehler fehlercode fehlermeldung erreur erreurs errore erro error: fout błąd ошибка ошибку ошибки ошибкой "+
		"hata virhe fel chyba kode código codigo codice код kod returned returns return returning got gets get getting received receives receive "+
		"answered answers answer answering replied replies response responded responds reply with gives gave giving throws threw raised failed "+
		"failure fails fail meldet liefert bekomme bekommen bekommt kommt antwortet antwort gibt wirft zurück renvoie retourne reçoit réponse reçois "+
		"devuelve respuesta responde recibo retorna retornou recebo restituisce risposta geeft krijg zwraca odpowiedź otrzymuję возвращает получаю ответ "+
		"unauthorized forbidden redirect redirects redirected redirection denied rejected exception hresult see showing shows unexpected bad success")
	put(saysOther, "line lines zeile ligne línea linha riga port ports id ids no nr number num page seite row rows size length content-length bytes "+
		"total count pid uid gid tid build version v rev revision step col column offset position pos issue ticket bug pr pull room chapter section "+
		"rfc max min limit timeout ttl age duration elapsed took time ms took: exit thread worker exec about approx over than nearly only case order "+
		"invoice smtp imap pop3 ftp sip dbo rule iteration attempt test")
	put(saysMore, "and or und oder et ou y e o i и или sometimes often then now still later manchmal dann mal auch also plus parfois às a veces")
	return words
})

// scriptWords are words of scripts that do not part words: a run of letters
// may end, or begin, with them.
var scriptWords = [...]string{
	"返回", "返回了", "错误", "錯誤", "错误码", "报错", "报", "状态码", "狀態碼", "状态", "响应", "收到", "出现", "代码", "提示",
	"エラー", "ステータス", "コード", "応答", "レスポンス", "が", "は", "と", "で", "오류", "에러", "상태", "코드", "응답",
}

// leftWord classes the word that stands gap bytes before a number, with what
// is before the word.
func leftWord(word, before string, gap int) contextClass {
	if word[len(word)-1] >= 0x80 {
		for _, w := range scriptWords {
			if strings.HasSuffix(word, w) {
				return saysFailure
			}
		}
	}
	if len(word) > 40 {
		word = word[len(word)-40:]
	}
	word = strings.TrimSuffix(strings.ToLower(word), ".of") // Optional.of(404)
	if dot := strings.LastIndexByte(word, '.'); dot >= 0 {
		word = word[dot+1:]
	}
	class := leftWords()[word]
	switch word {
	case "code":
		for _, w := range [...]string{"status", "response", "http", "result", "status-", "response-"} {
			if foldedSuffix(strings.TrimRight(before, " \t_-"), w) {
				return saysStatus
			}
		}
		if foldedSuffix(before, "exit ") || foldedSuffix(before, "area ") || foldedSuffix(before, "zip ") || foldedSuffix(before, "postal ") {
			return saysOther
		}
	case "error", "code:", "err":
		if foldedSuffix(before, "http ") {
			return saysStatus
		}
		if foldedSuffix(before, "smtp ") {
			return saysOther
		}
	case "status":
		if foldedSuffix(before, "exit ") || foldedSuffix(before, "order ") {
			return saysOther
		}
	case "response", "answer", "antwort":
		return saysStatus
	case "optional", "optionalint":
		// java.util.Optional, as HTTP clients print it
		if len(before) > 0 && foldedIndex(before[max(0, len(before)-16):], "status") >= 0 {
			return saysStatus
		}
	}
	if class == saysNothing && gap > 0 {
		switch {
		case strings.HasSuffix(word, "exception") || strings.HasSuffix(word, "error") || strings.HasSuffix(word, "fehler"):
			return saysFailure
		case strings.HasSuffix(word, "statuscode") || strings.HasSuffix(word, "_status") || strings.HasSuffix(word, "httpstatus"):
			return saysStatus
		}
	}
	return class
}

type followingWord struct {
	text  string
	class contextClass
}

// followingWords are what may follow a number, by its first byte.
var followingWords = sync.OnceValue(func() *[256][]followingWord {
	var by [256][]followingWord
	put := func(class contextClass, list string) {
		for w := range strings.SplitSeq(list, "|") {
			by[w[0]] = append(by[w[0]], followingWord{w, class})
		}
	}
	put(saysStatus, "ok|created|accepted|no content|unauthorized|unauthorised|authorization required|forbidden|not found|bad request|bad gateway|internal server|"+
		"service unavailable|service temporarily|gateway time|proxy auth|badrequest|notfound|internalservererror|badgateway|serviceunavailable|moved|found|see other|temporary redirect|permanent redirect|not modified|"+
		"too many requests|method not|not acceptable|payment required|request timeout|request time-out|unsupported media|unprocessable|"+
		"http version|client error|server error|non-authoritative|partial content|switching protocols")
	put(saysFailure, "error|errors|error(s)|fehler*|erreur*|errore*|erro|erros|errores|fout*|błąd*|ошиб*|hata|virhe|fel|chyba|错误|錯誤|エラー|오류|에러|"+
		"response|responses|status|code|codes|http|authentication|authentifi*|auth|authoriz*|autoriz*|authoris*|antwort*|réponse*|respuesta*|redirect*|trotz|beim|bei|"+
		"未授权|未经授权|認証|認可|禁止|no autorizado|non autorisé|nicht autorisiert|verboten|interdit|prohibido|proibido|access denied|access is denied|"+
		"bad credentials|that's an error|that’s an error|invalid|permission|conflict|gone|status code|를|が|を|で|、|，|。|的")
	put(saysUnit, "ms|msec|millis|milliseconds|s|sec|secs|second|seconds|min|mins|minutes|h|hours|hrs|d|day|days|weeks|months|years|b|byte|bytes|kb|kib|mb|mib|gb|gib|k|m|"+
		"licen*|lizenz*|vorgänge|einträge|benutzer|nutzer|kunden|seats|employees|customers|messages|events|objects|characters|zeichen|users|user|issues|issue|times|lines|line|more|rows|row|items|item|results|records|entries|entry|hits|files|file|requests|retries|attempts|"+
		"tests|commits|repositories|repos|projects|pages|people|tickets|mal|sekunden|minuten|stunden|tage|zeilen|fois|lignes|veces|px|pt|usd|eur|of|"+
		"aufgaben|dateien|projekte|tâches|fichiers|utilisateurs|tareas|archivos|usuarios|tarefas|arquivos|usuários|taken|bestanden|zadań|plików|"+
		"задач*|запис*|строк*|файл*|сообщени*|коммит*|пользовател*|проект*|репозитори*|секунд*|минут*|объект*|шт|タスク|ファイル|任务|文件|用户|작업|파일|秒|分|个|件|回|次|行|건|명")
	return &by
})

// countsThings reports whether text begins with the plural of an English noun,
// as in "401 widgets". Verbs and adverbs that end in s are not.
func countsThings(text string) bool {
	n := 0
	for n < len(text) && text[n] >= 'a' && text[n] <= 'z' {
		n++
	}
	if n < 5 || text[n-1] != 's' || text[n-2] == 's' || n < len(text) && (text[n] >= 0x80 || isWord(text[n])) {
		return false
	}
	switch text[:n] {
	case "happens", "appears", "comes", "means", "keeps", "occurs", "persists", "remains", "shows", "seems", "looks", "stays", "goes", "gets", "breaks",
		"starts", "stops", "suggests", "indicates", "tells", "points", "always", "sometimes", "besides", "perhaps", "across", "towards", "afterwards",
		"unless", "makes", "kills", "blocks", "fails", "returns", "reappears", "disappears", "continues", "begins", "leads", "causes", "whereas", "plus":
		return false
	}
	return true
}

// rightWord classes what follows a number.
func rightWord(text string) contextClass {
	for _, w := range followingWords()[lowerByte(text[0])] {
		prefix := w.text
		open := prefix[len(prefix)-1] == '*'
		if open {
			prefix = prefix[:len(prefix)-1]
		}
		if !foldedPrefix(text, prefix) {
			continue
		}
		if rest := text[len(prefix):]; open || rest == "" || !letter(rest[0]) || !letter(prefix[len(prefix)-1]) {
			return w.class
		}
	}
	return saysNothing
}
