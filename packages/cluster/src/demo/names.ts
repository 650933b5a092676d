/** People who share a language, the way they write their names and telephone numbers. */
export interface Culture {
  language: string
  /** `#` is a digit. */
  phone: string
  /** How many of a hundred patients. */
  share: number
  female: readonly [string, ...string[]]
  male: readonly [string, ...string[]]
  family: readonly [string, ...string[]]
}

const list = (words: string) => words.split(', ') as [string, ...string[]]

/** Where the made-up patients come from. */
export const CULTURES: readonly [Culture, ...Culture[]] = [
  {
    language: 'en',
    phone: '+1 202 555 ####',
    share: 30,
    female: list(
      'Mary, Olivia, Emma, Grace, Hannah, Sarah, Abigail, Chloe, Lucy, Evelyn, Ruth, Alice, Zoë, Margaret, Siobhán, Niamh, Jane, Eleanor, Rose, Darcy',
    ),
    male: list(
      'James, Oliver, William, Henry, Thomas, George, Samuel, Jack, Daniel, Edward, Arthur, Joseph, Seán, Liam, Noah, Peter, Robert, Charles, Owen, Ian',
    ),
    family: list(
      "Smith, Johnson, Williams, Brown, Taylor, Davies, Wilson, Evans, Walker, Wright, Robinson, Thompson, Hughes, Edwards, O'Brien, O'Connor, MacLeod, McCarthy, Fitzgerald, Hall, Clarke, Turner, Parker, Cooper, Morris, Ward, Hill, Green, Baker, Phillips-Ross, Okafor-Lane, Carter, Mitchell, Bennett, Foster, Gray, Reid, Murphy, Kelly, Byrne",
    ),
  },
  {
    language: 'es',
    phone: '+34 600 ### ###',
    share: 14,
    female: list(
      'María, Lucía, Sofía, Carmen, Valentina, Inés, Begoña, Pilar, Rocío, Ximena, Ángela, Mónica, Belén, Noelia, Consuelo',
    ),
    male: list(
      'José, Álvaro, Jesús, Andrés, Ramón, Íñigo, Joaquín, Sebastián, Mateo, Iván, Óscar, Rubén, Diego, Tomás, Javier',
    ),
    family: list(
      'García López, Rodríguez, Martínez Peña, Hernández, Muñoz, Ibáñez, Núñez, Gutiérrez, Domínguez, Vázquez, Jiménez, Ruiz, Castaño, Ordóñez, Peña, Cabañas, Echeverría, Zúñiga, Fernández, Sánchez, Álvarez, Gómez, Díaz, Pérez, Romero',
    ),
  },
  {
    language: 'fr',
    phone: '+33 6 ## ## ## ##',
    share: 6,
    female: list(
      'Chloé, Élodie, Amélie, Geneviève, Océane, Noémie, Hélène, Anaïs, Cécile, Margaux, Léa, Françoise',
    ),
    male: list(
      'François, Jérôme, Benoît, Rémi, Loïc, Étienne, Théo, Gaël, Maël, Cédric, Grégoire, Jean-Luc',
    ),
    family: list(
      'Lefèvre, Dupré, Benoît, Côté, Gagné, Lévesque, Béranger, Châtelain, Desrosiers, Müntz, Delacroix, Beauséjour, Moreau, Girard, Rousseau, Lemaître, Père, Hébert',
    ),
  },
  {
    language: 'de',
    phone: '+49 151 #######',
    share: 6,
    female: list('Käthe, Bärbel, Jana, Grete, Ulrike, Heike, Sabine, Änne, Lena, Frieda, Mareike'),
    male: list(
      'Jürgen, Günther, Björn, Jörg, Sören, Matthias, Wolfgang, Götz, Lukas, Jonas, Felix, Till',
    ),
    family: list(
      'Müller, Schröder, Weiß, Großmann, Köhler, Jäger, Schäfer, Böhm, Vögele, Groß, von der Heide, Kühn, Hoffmann, Lüttich, Meyer, Meier, Maier, Schmitt, Schmidt, Weber',
    ),
  },
  {
    language: 'tr',
    phone: '+90 53# ### ## ##',
    share: 6,
    female: list(
      'Ayşe, Gülşen, Şükran, Çiğdem, İpek, Büşra, Özge, Elif, Nazlı, Işıl, Zeynep, Tuğba',
    ),
    male: list('Mehmet, Çağrı, Oğuz, Ümit, Şahin, İsmail, Görkem, Yiğit, Barış, Kaan, Emre, Işık'),
    family: list(
      'Yılmaz, Çelik, Öztürk, Şahin, Koçak, Güneş, Aydın, Kılıç, Erdoğan, Yıldız, Şimşek, Özdemir, Doğan, Arslan, Çetin',
    ),
  },
  {
    language: 'pl',
    phone: '+48 5## ### ###',
    share: 5,
    female: list(
      'Małgorzata, Łucja, Bożena, Grażyna, Zofia, Elżbieta, Żaneta, Kinga, Agnieszka, Jadwiga',
    ),
    male: list(
      'Łukasz, Paweł, Stanisław, Michał, Wojciech, Błażej, Jarosław, Grzegorz, Kazimierz, Jędrzej',
    ),
    family: list(
      'Wiśniewski, Wójcik, Kowalczyk, Kamiński, Zieliński, Szymański, Woźniak, Dąbrowski, Kozłowski, Łuczak, Żak, Ślusarczyk, Jabłoński, Mróz',
    ),
  },
  {
    language: 'vi',
    phone: '+84 9# ### ####',
    share: 6,
    female: list(
      'Thị Hương, Ngọc Ánh, Thu Hà, Bích Phượng, Mỹ Linh, Diễm, Quỳnh, Hồng, Tuyết, Yến',
    ),
    male: list('Văn Đức, Minh Tuấn, Quốc Bảo, Đình Phúc, Hữu Thắng, Công, Đạt, Dũng, Hải, Khánh'),
    family: list('Nguyễn, Trần, Lê, Phạm, Hoàng, Huỳnh, Võ, Vũ, Đặng, Bùi, Đỗ, Hồ, Ngô, Dương'),
  },
  {
    language: 'ar',
    phone: '+20 10 #### ####',
    share: 8,
    female: list(
      'Fatima, Aisha, Maryam, Noor, Layla, Salma, Huda, Zainab, Yasmin, Amal, Rania, Khadija',
    ),
    male: list(
      'Mohammed, Muhammad, Ahmed, Omar, Yusuf, Khalid, Hassan, Ibrahim, Ali, Tariq, Mustafa, Abd al-Rahman',
    ),
    family: list(
      'al-Masri, el-Sayed, Haddad, Khalil, Mansour, Nasser, Rahman, Saleh, Abu Bakr, Farouk, Aziz, Hamdan, al-Hakim, Darwish',
    ),
  },
  {
    language: 'hi',
    phone: '+91 98### #####',
    share: 8,
    female: list(
      'Priya, Ananya, Lakshmi, Kavita, Sunita, Deepika, Meera, Asha, Pooja, Radha, Shreya, Indira',
    ),
    male: list(
      'Arjun, Rahul, Vikram, Sanjay, Amit, Ravi, Krishna, Suresh, Rajesh, Anil, Dev, Harish',
    ),
    family: list(
      'Sharma, Patel, Singh, Gupta, Reddy, Iyer, Nair, Chatterjee, Mukherjee, Rao, Desai, Joshi, Kulkarni, Bhattacharya, Kaur',
    ),
  },
  {
    language: 'yo',
    phone: '+234 80 #### ####',
    share: 5,
    female: list(
      'Adébáyọ̀, Folákẹ́, Ngozi, Chiamaka, Abẹ́ní, Títílayọ̀, Ifeoma, Ọmọlará, Bísí, Ẹniọlá',
    ),
    male: list(
      'Olúwaṣẹ́gun, Chukwuemeka, Babatúndé, Emeka, Kẹ́hìndé, Táíwò, Ikenna, Ṣọlá, Obinna, Dayọ̀',
    ),
    family: list(
      'Adéyẹmí, Okonkwo, Ọlátúnjí, Eze, Balogun, Akíntọ́lá, Nwosu, Ògúnbíyì, Okoro, Adébísí, Afọlábí, Ibekwe',
    ),
  },
  {
    language: 'el',
    phone: '+30 69# ### ####',
    share: 3,
    female: list('Μαρία, Ελένη, Κατερίνα, Σοφία, Άννα, Ιωάννα'),
    male: list('Γιώργος, Νίκος, Δημήτρης, Κώστας, Γιάννης, Πέτρος'),
    family: list('Παπαδόπουλος, Νικολάου, Γεωργίου, Οικονόμου, Βασιλείου, Δημητρίου, Αντωνίου'),
  },
  {
    language: 'ja',
    phone: '+81 90 #### ####',
    share: 3,
    female: list('さくら, 美咲, 陽菜, 結衣, 葵, 花子'),
    male: list('太郎, 翔太, 健太, 大輔, 誠, 蓮'),
    family: list('佐藤, 鈴木, 高橋, 田中, 渡辺, 伊藤, 山本, 中村'),
  },
]
