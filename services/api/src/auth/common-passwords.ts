/** The most common passwords that are long enough to be chosen; from public lists of leaked ones. Lower case. */
export const COMMON_PASSWORDS: ReadonlySet<string> = new Set(
	`1234567890 0123456789 12345678910 123456789a 1q2w3e4r5t 1q2w3e4r5t6y qwertyuiop qwerty1234 qwerty12345 qwerty123456
	1234567891 0987654321 9876543210 1029384756 1111111111 0000000000 1122334455 1qaz2wsx3edc qazwsxedcrfv zaq12wsxcde3
	password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123 p@ssword123 mypassword iloveyou12 iloveyou123
	asdfghjkl1 asdfghjkl; asdfghjkl123 zxcvbnm123 qwertyuiop123 qwertyuiop[] abcdefghij abcdefgh123 abcd123456 abc1234567
	aa12345678 a123456789 q123456789 123456789q 123456789z 1234qwerty 12345qwerty 123456qwerty qwe123456789 q1w2e3r4t5
	q1w2e3r4t5y6 letmein123 letmein1234 welcome123 welcome1234 administrator administrator1 admin12345 admin123456
	changeme123 changeme1234 superman123 football123 baseball123 basketball princess123 sunshine123 charlie123 jordan123456
	michael123 liverpool1 liverpool123 manchester manchester1 christopher leonardo123 motherlode correcthorsebatterystaple
	correct horse battery staple passwordpassword secret1234 secretsecret testtest12 testtest123 test123456 test1234567
	trustno1trustno1 dragon12345 monkey12345 master12345 shadow12345 pokemon123 samsung123 computer123 whatever123
	internet123 1password1 password!1 password1! password@123 welcome@123 admin@12345 qwerty@123 india@12345 annyfitter
	anny-fitter annyfitter1 annyfitter123`
		.split(/\s+/)
		.concat("correct horse battery staple"),
);
